# origin: https://github.com/tracel-ai/burn/issues/5373
# kinds: overflow
import numpy as np


class LogisticRegressionGD:
    """L2-regularised logistic regression fitted by gradient descent.

    Labels are expected in {-1, +1}.
    """

    def __init__(self, lr=0.1, n_iter=500, l2=1e-3, tol=1e-7, random_state=None):
        self.lr = lr
        self.n_iter = n_iter
        self.l2 = l2
        self.tol = tol
        self.random_state = random_state

    def _initialize(self, n_features):
        rng = np.random.default_rng(self.random_state)
        self.w_ = rng.normal(scale=0.01, size=n_features)
        self.b_ = 0.0
        self.history_ = []

    def _margins(self, X, y):
        return y * (X @ self.w_ + self.b_)

    def _objective(self, X, y):
        m = self._margins(X, y)
        losses = np.log(1.0 + np.exp(-m))  #!
        losses = np.logaddexp(0.0, -m)  #+
        return losses.mean() + 0.5 * self.l2 * self.w_ @ self.w_

    def _gradient(self, X, y):
        m = self._margins(X, y)
        coef = -y * 0.5 * (1.0 - np.tanh(0.5 * m))
        return X.T @ coef / len(y) + self.l2 * self.w_, coef.mean()

    def fit(self, X, y):
        X = np.asarray(X, dtype=float)
        y = np.asarray(y, dtype=float)
        self._initialize(X.shape[1])
        best = self._objective(X, y)
        for _ in range(self.n_iter):
            grad_w, grad_b = self._gradient(X, y)
            self.w_ -= self.lr * grad_w
            self.b_ -= self.lr * grad_b
            current = self._objective(X, y)
            self.history_.append(current)
            if abs(best - current) < self.tol:
                break
            best = min(best, current)
        return self

    def decision_function(self, X):
        return np.asarray(X, dtype=float) @ self.w_ + self.b_

    def predict(self, X):
        return np.where(self.decision_function(X) >= 0.0, 1, -1)
