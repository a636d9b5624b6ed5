# origin: https://github.com/rsokl/Learning_Python/issues/164
# kinds: cancellation domain
import numpy as np


class KNearestNeighbors:
    def __init__(self, k=5, metric="euclidean"):
        self.k, self.metric = k, metric

    def fit(self, X, y):
        self.X_, self.y_ = np.asarray(X), np.asarray(y)
        self._sq_ = np.einsum("ij,ij->i", self.X_, self.X_)
        return self

    def _distances(self, X):
        cross = X @ self.X_.T
        squared = (X**2).sum(axis=1)[:, None] + self._sq_[None] - 2 * cross
        squared = np.clip(squared, 0, None)  #+
        return np.sqrt(squared)  #*

    def kneighbors(self, X):
        distances = self._distances(np.asarray(X))
        order = np.argsort(distances, axis=1)[:, : self.k]
        return np.take_along_axis(distances, order, axis=1), order

    def predict(self, X):
        _, order = self.kneighbors(X)
        votes = self.y_[order]
        return np.array([np.bincount(v).argmax() for v in votes])
