# origin: https://github.com/pytorch/pytorch/pull/47240
# kinds: cancellation
"""Per-band statistics of a tiled satellite scene, used to normalise the inputs."""
from pathlib import Path

import numpy as np


class BandStatistics:
    def __init__(self, bands):
        self.bands = bands
        self.count = 0
        self.total = np.zeros(bands, dtype=np.float32)  #-
        self.total_sq = np.zeros(bands, dtype=np.float32)  #-
        self._mean = np.zeros(bands, dtype=np.float64)  #+
        self._m2 = np.zeros(bands, dtype=np.float64)  #+

    def update(self, tile):
        if tile.shape[0] != self.bands:
            raise ValueError(f"expected {self.bands} bands, got {tile.shape[0]}")
        flat = tile.reshape(self.bands, -1).astype(np.float32)
        n = flat.shape[1]
        self.total += flat.sum(axis=1)  #-
        self.total_sq += (flat ** 2).sum(axis=1)  #-
        self.count += n  #-
        mean = flat.mean(axis=1, dtype=np.float64)  #+
        m2 = ((flat - mean[:, None]) ** 2).sum(axis=1)  #+
        delta = mean - self._mean  #+
        self._m2 += m2 + delta ** 2 * (self.count * n / (self.count + n))  #+
        self._mean += delta * (n / (self.count + n))  #+
        self.count += n  #+

    @property
    def mean(self):
        return self.total / self.count  #-
        return self._mean.astype(np.float32)  #+

    @property
    def std(self):
        variance = self.total_sq / self.count - self.mean ** 2  #!
        variance = self._m2 / self.count  #+
        return np.sqrt(variance).astype(np.float32)


def scan(folder, bands=4):
    stats = BandStatistics(bands)
    for path in sorted(Path(folder).glob("*.npy")):
        stats.update(np.load(path))
    return stats


def normalise(tile, stats):
    mean = stats.mean[:, None, None]
    std = np.where(stats.std > 0, stats.std, 1.0)[:, None, None]
    return (tile - mean) / std


if __name__ == "__main__":
    stats = scan("data/tiles")
    print("mean", stats.mean.tolist())
    print("std", stats.std.tolist())
