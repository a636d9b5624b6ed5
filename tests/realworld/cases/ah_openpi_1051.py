# origin: https://github.com/Physical-Intelligence/openpi/pull/1051
# kinds: cancellation precision
from dataclasses import dataclass

import numpy as np


@dataclass
class NormStats:
    mean: np.ndarray
    std: np.ndarray


class RunningStats:
    """Compute running statistics of a batch of vectors."""

    def __init__(self):
        self._count = 0
        self._mean = None
        self._mean_of_squares = None  #-
        self._m2 = None  #+

    def update(self, batch: np.ndarray) -> None:
        batch = batch.reshape(-1, batch.shape[-1])
        batch = batch.astype(np.float64)  #+
        num_elements, vector_length = batch.shape
        batch_mean = np.mean(batch, axis=0)
        batch_mean_of_squares = np.mean(batch ** 2, axis=0)  #-
        batch_m2 = np.sum((batch - batch_mean) ** 2, axis=0)  #+
        if self._count == 0:
            self._mean = batch_mean
            self._mean_of_squares = batch_mean_of_squares  #-
            self._m2 = batch_m2  #+
            self._count = num_elements
            return
        if vector_length != self._mean.size:
            raise ValueError("The length of new vectors does not match the initialized vector length.")
        self._count += num_elements
        delta = batch_mean - self._mean
        self._mean += delta * (num_elements / self._count)
        self._mean_of_squares += (batch_mean_of_squares - self._mean_of_squares) * (num_elements / self._count)  #-
        n_prev = self._count - num_elements  #+
        self._m2 += batch_m2 + delta ** 2 * (n_prev * num_elements / self._count)  #+

    def get_statistics(self) -> NormStats:
        if self._count < 2:
            raise ValueError("Cannot compute statistics for less than 2 vectors.")
        variance = self._mean_of_squares - self._mean ** 2  #!
        variance = self._m2 / self._count  #+
        stddev = np.sqrt(np.maximum(0, variance))
        return NormStats(mean=self._mean, std=stddev)


def compute_norm_stats(data_loader, keys=("state", "actions")):
    stats = {key: RunningStats() for key in keys}
    for batch in data_loader:
        for key in keys:
            stats[key].update(np.asarray(batch[key], dtype=np.float32))
    return {key: s.get_statistics() for key, s in stats.items()}


def normalize(x: np.ndarray, stats: NormStats) -> np.ndarray:
    return (x - stats.mean) / (stats.std + 1e-6)
