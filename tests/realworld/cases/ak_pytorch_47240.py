# origin: https://github.com/pytorch/pytorch/pull/47240
# kinds: cancellation
import numpy as np


class ChannelStats:
    """Accumulates mean and std of every channel over shards of a climate archive."""

    def __init__(self, channels):
        self.names = list(channels)
        n = len(self.names)
        self.count = 0
        self.total = np.zeros(n, dtype=np.float32)  #-
        self.total_sq = np.zeros(n, dtype=np.float32)  #-
        self.center = np.zeros(n, dtype=np.float64)  #+
        self.scatter = np.zeros(n, dtype=np.float64)  #+

    def update(self, field):
        """``field`` has shape (time, channel, lat, lon)."""
        flat = np.moveaxis(field, 1, 0).reshape(len(self.names), -1)
        self.count += flat.shape[1]  #-
        self.total += flat.sum(axis=1)  #-
        self.total_sq += np.square(flat).sum(axis=1)  #-
        n = flat.shape[1]  #+
        flat = flat.astype(np.float64)  #+
        center = flat.mean(axis=1)  #+
        shift = center - self.center  #+
        merged = self.count + n  #+
        self.scatter += np.square(flat - center[:, None]).sum(axis=1)  #+
        self.scatter += shift ** 2 * self.count * n / merged  #+
        self.center += shift * n / merged  #+
        self.count = merged  #+

    def finalize(self):
        mean = self.total / self.count  #-
        var = self.total_sq / self.count - mean ** 2  #!
        mean = self.center  #+
        var = self.scatter / self.count  #+
        std = np.sqrt(np.maximum(var, 0.0))
        return {
            name: {"mean": float(m), "std": float(s)}
            for name, m, s in zip(self.names, mean, std)
        }


def normalise(field, stats, channels):
    mean = np.array([stats[c]["mean"] for c in channels], dtype=np.float32)
    std = np.array([stats[c]["std"] for c in channels], dtype=np.float32)
    return (field - mean[:, None, None]) / np.maximum(std, 1e-6)[:, None, None]


def scan_archive(shards, channels=("t2m", "msl", "z500", "tcwv")):
    stats = ChannelStats(channels)
    for shard in shards:
        stats.update(np.asarray(shard, dtype=np.float32))
    return stats.finalize()
