import numpy as np

def nll(y, p, eps=1e-7):
    return -np.mean(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps))
