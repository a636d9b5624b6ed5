# origin: https://github.com/huggingface/lerobot/pull/4704
# kinds: cancellation
import numpy as np


class RunningStats:
    """Mean and standard deviation of the features of a dataset, episode by episode."""

    def __init__(self):
        self._count = 0
        self._mean = None
        self._mean_of_squares = None  #-
        self._m2 = None  #+
        self._min = None
        self._max = None

    def update(self, batch: np.ndarray) -> None:
        batch = batch.reshape(-1, batch.shape[-1])
        batch = batch.astype(np.float64)  #+
        n = batch.shape[0]
        batch_mean = np.mean(batch, axis=0)
        batch_mean_of_squares = np.mean(batch**2, axis=0)  #!
        batch_m2 = np.sum((batch - batch_mean) ** 2, axis=0)  #+
        if self._count == 0:
            self._mean = batch_mean
            self._mean_of_squares = batch_mean_of_squares  #-
            self._m2 = batch_m2  #+
            self._min, self._max = batch.min(axis=0), batch.max(axis=0)
            self._count = n
            return
        total = self._count + n
        delta = batch_mean - self._mean
        self._mean_of_squares += (batch_mean_of_squares - self._mean_of_squares) * (n / total)  #-
        self._m2 += batch_m2 + delta**2 * (self._count * n / total)  #+
        self._mean = self._mean + delta * (n / total)
        self._min = np.minimum(self._min, batch.min(axis=0))
        self._max = np.maximum(self._max, batch.max(axis=0))
        self._count = total

    def get_statistics(self) -> dict[str, np.ndarray]:
        if self._count < 2:
            raise ValueError("at least two samples are needed")
        variance = self._mean_of_squares - self._mean**2  #!
        variance = self._m2 / self._count  #+
        stddev = np.sqrt(np.maximum(0, variance))
        return {"min": self._min, "max": self._max, "mean": self._mean, "std": stddev, "count": self._count}


def compute_episode_stats(episodes, key="observation.state"):
    stats = RunningStats()
    for episode in episodes:
        stats.update(np.asarray(episode[key], dtype=np.float32))
    return stats.get_statistics()
