# origin: https://github.com/scikit-learn/scikit-learn/pull/5333
# kinds: domain cancellation
import numpy as np


def correlation_distances(X):
    X = X - X.mean(axis=1, keepdims=True)
    norms = np.sqrt((X**2).sum(axis=1))
    norms[norms == 0] = 1.0  #+
    X = X / norms[:, np.newaxis]  #*
    return 1 - X @ X.T
