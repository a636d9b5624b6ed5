# origin: one-sided differences
# kinds: NS220
import numpy as np


def gradient(f, x):
    eps = 1e-5
    g = np.zeros_like(x)
    for i in range(len(x)):
        e = np.zeros_like(x)
        e[i] = eps
        g[i] = (f(x + e) - f(x)) / eps  #!
        g[i] = (f(x + e) - f(x - e)) / (2 * eps)  #+
    return g
