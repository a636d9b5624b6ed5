# origin: https://github.com/EdoardoBotta/RQ-VAE-Recommender/pull/27
# kinds: domain
from typing import NamedTuple

import torch
from torch import Tensor


class KmeansOutput(NamedTuple):
    centroids: Tensor
    assignment: Tensor


class Kmeans:
    def __init__(self, k: int, max_iters: int = None, stop_threshold: float = 1e-10) -> None:
        self.k = k
        self.iters = max_iters
        self.stop_threshold = stop_threshold
        self.centroids = None
        self.assignment = None

    def _init_centroids(self, x: Tensor) -> None:
        idx = torch.randperm(x.shape[0])[: self.k]
        self.centroids = x[idx, :]

    def _update_centroids(self, x: Tensor) -> None:
        squared = ((x.unsqueeze(1) - self.centroids.unsqueeze(0)) ** 2).sum(axis=2)
        centroid_idx = squared.min(axis=1).indices
        for cluster in range(self.k):
            is_assigned_to_c = centroid_idx == cluster
            if not is_assigned_to_c.any():  #+
                self.centroids[cluster, :] = x[torch.randint(0, x.size(0), (1,))].squeeze(0)  #+
                continue  #+
            self.centroids[cluster, :] = x[is_assigned_to_c, :].mean(axis=0)  #*
        self.assignment = centroid_idx

    def run(self, x):
        self._init_centroids(x)
        i = 0
        while self.iters is None or i < self.iters:
            old_c = self.centroids.clone()
            self._update_centroids(x)
            if torch.norm(self.centroids - old_c, dim=1).max() < self.stop_threshold:
                break
            i += 1
        return KmeansOutput(centroids=self.centroids, assignment=self.assignment)
