# origin: https://github.com/FederatedAI/FATE/issues/65
# kinds: overflow
import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))  #!
    return np.exp(-np.logaddexp(0.0, -x))  #+


def log_logistic(x):
    return -np.log(1.0 + np.exp(-x))  #!
    return -np.logaddexp(0.0, -x)  #+


class LogisticRegression:
    def __init__(self, learning_rate=0.1, alpha=0.01, max_iter=100):
        self.learning_rate = learning_rate
        self.alpha = alpha
        self.max_iter = max_iter
        self.coef_ = None
        self.intercept_ = 0.0

    def _forward(self, X):
        return X @ self.coef_ + self.intercept_

    def compute_loss(self, X, y):
        yz = y * self._forward(X)
        return -log_logistic(yz).mean() + 0.5 * self.alpha * self.coef_ @ self.coef_

    def fit(self, X, y):
        self.coef_ = np.zeros(X.shape[1])
        history = []
        for _ in range(self.max_iter):
            residual = (sigmoid(y * self._forward(X)) - 1) * y
            self.coef_ -= self.learning_rate * (X.T @ residual / len(y) + self.alpha * self.coef_)
            self.intercept_ -= self.learning_rate * residual.mean()
            history.append(self.compute_loss(X, y))
        return history

    def predict_proba(self, X):
        return sigmoid(self._forward(X))
