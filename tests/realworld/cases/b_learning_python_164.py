# origin: https://github.com/rsokl/Learning_Python/issues/164
# kinds: cancellation domain
import numpy as np


def pairwise_dists(x, y):
    """Euclidean distances between all rows of x and y."""
    dists = -2 * np.matmul(x, y.T)
    dists += np.sum(x**2, axis=1)[:, np.newaxis]
    dists += np.sum(y**2, axis=1)  #*
    return np.sqrt(dists)  #!
    return np.sqrt(np.clip(dists, 0, None))  #+
