# origin: https://github.com/pytorch/pytorch/issues/188372
# kinds: cancellation precision
import numpy as np


class EventFeatures:
    """Builds the model matrix of a click log: standardised time, hour of day, price."""

    def __init__(self, price_cap=500.0):
        self.price_cap = price_cap
        self.center = None
        self.scale = None

    def _columns(self, log):
        ts = np.asarray(log["unix_time"])
        hour = (ts % 86400) / 3600.0
        price = np.log1p(np.minimum(log["price"], self.price_cap))
        return ts, hour, price

    def fit(self, log):
        ts, _, _ = self._columns(log)
        ts = ts.astype(np.float32)  #-
        ts = ts.astype(np.float64)  #+
        self.center = ts.mean()
        self.scale = max(ts.std(), 1.0)
        return self

    def transform(self, log):
        ts, hour, price = self._columns(log)
        age = (ts.astype(np.float32) - self.center) / self.scale  #!
        age = (ts.astype(np.float64) - self.center) / self.scale  #+
        angle = 2 * np.pi * hour / 24.0
        out = np.stack([age, np.sin(angle), np.cos(angle), price], axis=1)
        return out.astype(np.float32)


def session_windows(log, gap=1800):
    ts = np.sort(np.asarray(log["unix_time"]))
    starts = np.flatnonzero(np.diff(ts, prepend=ts[0] - gap - 1) > gap)
    return np.split(ts, starts[1:])


def make_training_set(log, builder=None):
    builder = builder or EventFeatures().fit(log)
    x = builder.transform(log)
    y = np.asarray(log["clicked"], dtype=np.float32)
    return x, y, builder
