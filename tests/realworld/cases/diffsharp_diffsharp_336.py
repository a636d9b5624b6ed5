# origin: https://github.com/DiffSharp/DiffSharp/issues/336
# kinds: cancellation
import numpy as np


def column_variance(data, axis=0):
    """Variance of every column in one pass over the rows."""
    n = data.shape[axis]
    total = np.zeros(data.shape[1], dtype=np.float32)
    squares = np.zeros(data.shape[1], dtype=np.float32)
    for row in data:
        total += row
        squares += row**2
    mean = total / n
    return squares / n - mean**2  #!
    return ((data - mean) ** 2).sum(axis) / n  #+
