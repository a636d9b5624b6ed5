# origin: https://github.com/pyro-ppl/pyro/issues/436
# kinds: domain
import numpy as np


class LogitBlender:
    """Second-level logistic regression on the log-odds of base classifiers.

    Base models may be anything with ``predict_proba``; forests return the share
    of trees that vote for the positive class.
    """

    def __init__(self, l2=1.0, max_iter=50, tol=1e-8):
        self.l2 = l2
        self.max_iter = max_iter
        self.tol = tol
        self.coef_ = None

    @staticmethod
    def _features(probs):
        p = np.asarray(probs, dtype=np.float64)
        p = np.clip(p, 1e-6, 1.0 - 1e-6)  #+
        odds = np.log(p) - np.log1p(-p)  #*
        return np.column_stack([np.ones(len(odds)), odds])

    def fit(self, probs, y):
        x = self._features(probs)
        y = np.asarray(y, dtype=np.float64)
        w = np.zeros(x.shape[1])
        reg = self.l2 * np.eye(x.shape[1])
        reg[0, 0] = 0.0
        for _ in range(self.max_iter):
            mu = 0.5 * (1.0 + np.tanh(0.5 * (x @ w)))
            grad = x.T @ (mu - y) + reg @ w
            hess = (x * (mu * (1 - mu))[:, None]).T @ x + reg + 1e-9 * np.eye(len(w))
            delta = np.linalg.solve(hess, grad)
            w -= delta
            if np.abs(delta).max() < self.tol:
                break
        self.coef_ = w
        return self

    def predict_proba(self, probs):
        z = self._features(probs) @ self.coef_
        return 0.5 * (1.0 + np.tanh(0.5 * z))


def out_of_fold(models, x, y, folds):
    preds = np.zeros((len(y), len(models)))
    for train, test in folds:
        for j, make in enumerate(models):
            preds[test, j] = make().fit(x[train], y[train]).predict_proba(x[test])[:, 1]
    return preds
