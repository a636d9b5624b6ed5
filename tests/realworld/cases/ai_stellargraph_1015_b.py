# origin: https://github.com/stellargraph/stellargraph/issues/1015
# kinds: domain
import numpy as np


class ItemKNN:
    """Item-based collaborative filtering with cosine similarity."""

    def __init__(self, k=40, shrink=0.0):
        self.k = k
        self.shrink = shrink
        self.similarity = None

    def fit(self, ratings):
        """ratings: (users, items), zero where a user has not rated the item"""
        R = np.asarray(ratings, dtype=np.float64)
        gram = R.T @ R
        norms = np.sqrt(np.diag(gram))
        norms[norms == 0] = 1.0  #+
        sim = gram / (np.outer(norms, norms) + self.shrink)  #*
        np.fill_diagonal(sim, 0.0)

        n_items = sim.shape[0]
        if self.k < n_items:
            drop = np.argsort(-sim, axis=1)[:, self.k:]
            np.put_along_axis(sim, drop, 0.0, axis=1)
        self.similarity = sim
        return self

    def score(self, user_ratings):
        return self.similarity @ user_ratings

    def recommend(self, user_ratings, n=10):
        scores = self.score(user_ratings)
        scores = np.where(user_ratings > 0, -np.inf, scores)
        return np.argsort(-scores)[:n]


def split_by_time(events, cutoff, n_users, n_items):
    train = np.zeros((n_users, n_items))
    test = np.zeros((n_users, n_items))
    for user, item, rating, ts in events:
        (train if ts < cutoff else test)[user, item] = rating
    return train, test


def hit_rate(model, train, test, n=10):
    hits, total = 0, 0
    for user in range(train.shape[0]):
        held_out = set(np.flatnonzero(test[user]))
        if not held_out:
            continue
        top = model.recommend(train[user], n)
        hits += bool(held_out & set(top.tolist()))
        total += 1
    return hits / total if total else 0.0
