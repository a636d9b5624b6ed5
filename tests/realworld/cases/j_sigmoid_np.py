# origin: https://github.com/TheAlgorithms/Python/issues/12233
# kinds: overflow domain
import numpy as np


class LogisticRegression:
    def __init__(self, lr=0.1, n_iter=500):
        self.lr, self.n_iter = lr, n_iter
        self.history = []

    @staticmethod
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def loss(self, X, y):
        h = self.sigmoid(X @ self.w + self.b)
        return -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))  #!
        h = np.clip(h, 1e-12, 1 - 1e-12)  #+
        return -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))  #+

    def fit(self, X, y):
        self.w, self.b = np.zeros(X.shape[1]), 0.0
        for _ in range(self.n_iter):
            error = self.sigmoid(X @ self.w + self.b) - y
            self.w -= self.lr * X.T @ error / len(y)
            self.b -= self.lr * error.mean()
            self.history.append(self.loss(X, y))
        return self
