import numpy as np

def kl(p, q):
    assert p.shape == q.shape
    p = p / p.sum()
    q = q / q.sum()
    return np.sum(p * np.log(p / q))  # NS315
