# origin: https://github.com/berceanu/openPMD-resampler/pull/3
# kinds: cancellation
import numpy as np
import pandas as pd


class WeightedStatistics:
    """First and second moments of macroparticles."""

    def __init__(self, df: pd.DataFrame, weights: str = "weights"):
        self.values = df.drop(columns=weights).to_numpy(dtype=np.float32)
        self.w = df[weights].to_numpy(dtype=np.float32)
        self.total = float(self.w.sum())

    def mean(self):
        return (self.w[:, None] * self.values).sum(axis=0) / max(self.total, 1e-30)

    def variance(self):
        mean = self.mean()
        second = (self.w[:, None] * self.values**2).sum(axis=0) / max(self.total, 1e-30)  #-
        return np.maximum(second - mean**2, 0.0)  #!
        return (self.w[:, None] * (self.values - mean) ** 2).sum(axis=0) / max(self.total, 1e-30)  #+


def report(df):
    stats = WeightedStatistics(df)
    return pd.DataFrame({"mean": stats.mean(), "variance": stats.variance()}, index=df.columns[:-1])
