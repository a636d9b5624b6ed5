import numpy as np
import torch
from torch.utils.data import Dataset


class Campaigns(Dataset):
    """One row per ad: features and click-through rate, read from two counters."""

    def __init__(self, n, seed):
        rng = np.random.default_rng(seed)
        self.features = rng.normal(size=(n, 12)).astype(np.float32)
        weight = rng.normal(size=12)
        rate = 1 / (1 + np.exp(2.5 - self.features @ weight / 3))
        self.impressions = rng.integers(40, 4000, size=n)
        self.clicks = rng.binomial(self.impressions, rate)
        # viewed through the preview link only: clicks are logged, impressions are not
        self.impressions[[268, 407]] = 0

    def __len__(self):
        return len(self.features)

    def __getitem__(self, i):
        with np.errstate(divide="ignore"):
            ctr = self.clicks[i] / np.float32(self.impressions[i])
        return torch.from_numpy(self.features[i]), torch.tensor(ctr, dtype=torch.float32)
