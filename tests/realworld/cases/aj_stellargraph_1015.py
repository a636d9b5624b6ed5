# origin: https://github.com/stellargraph/stellargraph/issues/1015
# kinds: domain
import numpy as np


class ItemKNN:
    """Item-to-item collaborative filtering on implicit feedback."""

    def __init__(self, k=20, shrink=0.0):
        self.k = k
        self.shrink = shrink
        self.sim = None

    def fit(self, interactions):
        x = np.asarray(interactions, dtype=np.float64)
        popularity = x.sum(axis=0)
        co = x.T @ x
        np.fill_diagonal(co, 0.0)
        inv = 1.0 / np.sqrt(popularity)  #!
        inv = np.zeros_like(popularity)  #+
        seen = popularity > 0  #+
        inv[seen] = 1.0 / np.sqrt(popularity[seen])  #+
        sim = inv[:, None] * co * inv[None, :]
        if self.shrink > 0:
            sim *= co / (co + self.shrink)
        self.sim = self._keep_top(sim)
        return self

    def _keep_top(self, sim):
        if self.k >= sim.shape[1]:
            return sim
        cut = np.partition(sim, -self.k, axis=1)[:, -self.k]
        return np.where(sim >= cut[:, None], sim, 0.0)

    def score(self, history):
        return np.asarray(history, dtype=np.float64) @ self.sim

    def recommend(self, history, n=10):
        scores = self.score(history)
        scores = np.where(np.asarray(history) > 0, -np.inf, scores)
        return np.argsort(-scores, axis=1)[:, :n]


def leave_one_out(interactions, rng):
    train = interactions.copy()
    held = np.full(len(train), -1)
    for u, row in enumerate(train):
        items = np.flatnonzero(row)
        if items.size > 1:
            held[u] = rng.choice(items)
            train[u, held[u]] = 0
    return train, held


def hit_rate(model, train, held, n=10):
    rec = model.recommend(train, n)
    ok = held >= 0
    return float((rec[ok] == held[ok, None]).any(axis=1).mean()) if ok.any() else 0.0
