# origin: https://github.com/scikit-learn/scikit-learn/pull/10142
# kinds: underflow domain
import numpy as np

EPSILON = np.finfo(np.float32).eps


def _beta_divergence(X, W, H, beta):
    """Divergence of X and dot(W, H); only Frobenius (2) and Kullback-Leibler (1)."""
    WH = np.dot(W, H)
    if beta == 2:
        return np.sum((X - WH) ** 2) / 2.0

    WH_data = WH.ravel()
    X_data = X.ravel()
    indices = X_data != 0  #-
    indices = X_data > EPSILON  #+
    WH_data = WH_data[indices]
    X_data = X_data[indices]
    WH_data[WH_data == 0] = EPSILON
    sum_WH = np.dot(np.sum(W, axis=0), np.sum(H, axis=1))
    div = X_data / WH_data  #!
    res = np.dot(X_data, np.log(div))  #!
    div = X_data / WH_data  #+
    res = np.dot(X_data, np.log(div))  #+
    res += sum_WH - X_data.sum()
    return res


class TopicNMF:
    """Multiplicative updates for the Kullback-Leibler divergence."""

    def __init__(self, n_components, max_iter=200, tol=1e-4, seed=0):
        self.n_components = n_components
        self.max_iter = max_iter
        self.tol = tol
        self.rng = np.random.RandomState(seed)

    def fit_transform(self, X):
        n, m = X.shape
        avg = np.sqrt(X.mean() / self.n_components)
        W = avg * np.abs(self.rng.randn(n, self.n_components))
        H = avg * np.abs(self.rng.randn(self.n_components, m))
        previous = error_at_init = _beta_divergence(X, W, H, 1)
        for n_iter in range(1, self.max_iter + 1):
            W *= (X / np.maximum(W @ H, EPSILON)) @ H.T / np.maximum(H.sum(1), EPSILON)
            H *= W.T @ (X / np.maximum(W @ H, EPSILON)) / np.maximum(W.sum(0)[:, None], EPSILON)
            if n_iter % 10 == 0:
                error = _beta_divergence(X, W, H, 1)
                if (previous - error) / max(error_at_init, EPSILON) < self.tol:
                    break
                previous = error
        self.components_ = H
        return W
