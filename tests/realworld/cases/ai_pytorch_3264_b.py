# origin: https://github.com/pytorch/pytorch/issues/3264
# kinds: domain
"""Robust linear regression by iteratively reweighted least squares."""
import numpy as np


class LpRegressor:
    """Minimises ``sum |y - X w|^p`` for 1 <= p < 2."""

    def __init__(self, p=1.0, max_iter=50, tol=1e-8, ridge=1e-10):
        if not 1.0 <= p < 2.0:
            raise ValueError("p must lie in [1, 2)")
        self.p = p
        self.max_iter = max_iter
        self.tol = tol
        self.ridge = ridge

    def _design(self, X):
        X = np.asarray(X, dtype=float)
        return np.column_stack([np.ones(len(X)), X])

    def _solve(self, A, y, weights):
        WA = A * weights[:, None]
        gram = A.T @ WA + self.ridge * np.eye(A.shape[1])
        return np.linalg.solve(gram, WA.T @ y)

    def fit(self, X, y):
        A = self._design(X)
        y = np.asarray(y, dtype=float)
        coef = self._solve(A, y, np.ones(len(y)))
        self.n_iter_ = 0
        for self.n_iter_ in range(1, self.max_iter + 1):
            residual = np.abs(y - A @ coef)
            weights = residual ** (self.p - 2.0)  #!
            weights = np.maximum(residual, 1e-6) ** (self.p - 2.0)  #+
            new = self._solve(A, y, weights)
            change = np.linalg.norm(new - coef)
            coef = new
            if change < self.tol * (1.0 + np.linalg.norm(coef)):
                break
        self.intercept_, self.coef_ = coef[0], coef[1:]
        return self

    def predict(self, X):
        return np.asarray(X, dtype=float) @ self.coef_ + self.intercept_

    def score(self, X, y):
        return float(np.mean(np.abs(y - self.predict(X)) ** self.p))


def demo(seed=0):
    rng = np.random.default_rng(seed)
    x = np.arange(20.0)[:, None]
    y = 3.0 * x[:, 0] + 1.0
    y[rng.choice(20, 3, replace=False)] += 40.0
    model = LpRegressor(p=1.0).fit(x, y)
    return model.intercept_, model.coef_
