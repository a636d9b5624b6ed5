import numpy as np

def f(labels, x):
    vals, inv, cnt = np.unique(labels, return_inverse=True, return_counts=True)
    other = cnt[inv] - 1
    return x / other  # NS302
