# origin: https://github.com/pyro-ppl/pyro/pull/1917
# kinds: underflow domain
import numpy as np


class GaussianNaiveBayes:
    """Naive Bayes on continuous features (spectra, pixels, sensor channels)."""

    def __init__(self, var_smoothing=1e-9):
        self.var_smoothing = var_smoothing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.theta_ = np.array([X[y == c].mean(axis=0) for c in self.classes_])
        self.var_ = np.array([X[y == c].var(axis=0) for c in self.classes_])
        self.var_ += self.var_smoothing * X.var(axis=0).max()
        self.prior_ = np.array([np.mean(y == c) for c in self.classes_])
        return self

    def _pdf(self, X, c):  #-
        diff = X - self.theta_[c]  #-
        norm = np.sqrt(2.0 * np.pi * self.var_[c])  #-
        return np.exp(-0.5 * diff ** 2 / self.var_[c]) / norm  #-

    def _log_pdf(self, X, c):  #+
        diff = X - self.theta_[c]  #+
        return -0.5 * (diff ** 2 / self.var_[c] + np.log(2.0 * np.pi * self.var_[c]))  #+

    def predict_proba(self, X):
        joint = np.empty((X.shape[0], len(self.classes_)))
        for c in range(len(self.classes_)):
            joint[:, c] = self.prior_[c] * np.prod(self._pdf(X, c), axis=1)  #!
            joint[:, c] = np.log(self.prior_[c]) + np.sum(self._log_pdf(X, c), axis=1)  #+
        joint = np.exp(joint - joint.max(axis=1, keepdims=True))  #+
        return joint / joint.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]


def cross_validate(X, y, folds=5, seed=0):
    order = np.random.default_rng(seed).permutation(len(X))
    scores = []
    for part in np.array_split(order, folds):
        train = np.setdiff1d(order, part)
        model = GaussianNaiveBayes().fit(X[train], y[train])
        scores.append(np.mean(model.predict(X[part]) == y[part]))
    return float(np.mean(scores))
