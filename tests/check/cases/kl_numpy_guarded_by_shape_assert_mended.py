import numpy as np

def kl(p, q):
    assert p.shape == q.shape
    p = p / p.sum()
    q = q / q.sum()
    m = p > 0
    return np.sum(p[m] * np.log(p[m] / q[m]))
