# origin: https://github.com/scverse/scanpy/pull/4122
# kinds: cancellation precision
from __future__ import annotations

import numpy as np
from scipy import sparse


class Aggregate:
    """Group-wise summaries of a dense expression matrix (cells x genes, float32)."""

    def __init__(self, codes: np.ndarray, n_groups: int, data: np.ndarray) -> None:
        self.codes = codes
        self.n_groups = n_groups
        self.data = data
        n_obs = codes.shape[0]
        self.indicator = sparse.csr_matrix(
            (np.ones(n_obs, dtype=data.dtype), (codes, np.arange(n_obs))), shape=(n_groups, n_obs)
        )

    def count(self) -> np.ndarray:
        return np.bincount(self.codes, minlength=self.n_groups)

    def sum(self, data: np.ndarray) -> np.ndarray:
        return self.indicator @ data

    def mean_var(self, dof: int = 1) -> tuple[np.ndarray, np.ndarray]:
        counts = np.maximum(self.count(), 1)[:, None]
        data = self.data  #-
        data = self.data.astype(np.float64)  #+
        mean = self.sum(data) / counts
        mean_sq = self.sum(np.square(data)) / counts  #!
        var = mean_sq - np.square(mean)  #!
        centered = data - mean[self.codes]  #+
        var = self.sum(np.square(centered)) / counts  #+
        if dof != 0:
            var = var * (counts / np.maximum(counts - dof, 1))
        return mean, var


def aggregate(x: np.ndarray, groups: list[str], dof: int = 1) -> dict[str, np.ndarray]:
    categories, codes = np.unique(np.asarray(groups), return_inverse=True)
    agg = Aggregate(codes, len(categories), np.asarray(x, dtype=np.float32))
    mean, var = agg.mean_var(dof=dof)
    return {"groups": categories, "counts": agg.count(), "mean": mean, "var": var}
