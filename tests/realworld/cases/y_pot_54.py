# origin: https://github.com/PythonOT/POT/issues/54
# kinds: underflow domain
import numpy as np


def euclidean_cost(xs, xt):
    return np.sqrt(((xs[:, None, :] - xt[None, :, :]) ** 2).sum(-1))


def _lse(x, axis):  #+
    top = x.max(axis=axis, keepdims=True)  #+
    return (top + np.log(np.exp(x - top).sum(axis=axis, keepdims=True))).squeeze(axis)  #+


def sinkhorn_knopp(a, b, M, reg, numItermax=1000, stopThr=1e-9, verbose=False):
    """Entropic optimal transport between two histograms without empty bins."""
    a = np.asarray(a, dtype=np.float64)
    b = np.asarray(b, dtype=np.float64)
    u = np.ones(len(a)) / len(a)  #-
    K = np.exp(-M / reg)  #!
    Kp = (1 / a).reshape(-1, 1) * K  #-
    logK = -M / reg  #+
    f, g = np.zeros(len(a)), np.zeros(len(b))  #+

    for i in range(numItermax):
        KtransposeU = np.dot(K.T, u)  #-
        v = np.divide(b, KtransposeU)  #!
        u = 1.0 / np.dot(Kp, v)  #!
        g = np.log(b) - _lse(logK + f[:, None], axis=0)  #+
        f = np.log(a) - _lse(logK + g[None, :], axis=1)  #+
        if i % 10 == 0:
            G = u[:, None] * K * v[None, :]  #-
            G = np.exp(f[:, None] + logK + g[None, :])  #+
            err = np.linalg.norm(G.sum(0) - b)
            if verbose:
                print("{:5d}|{:8e}|".format(i, err))
            if err < stopThr:
                break
    return u[:, None] * K * v[None, :]  #-
    return np.exp(f[:, None] + logK + g[None, :])  #+


def sinkhorn_distance(xs, xt, reg=0.01):
    a = np.full(len(xs), 1 / len(xs))
    b = np.full(len(xt), 1 / len(xt))
    M = euclidean_cost(xs, xt)
    return float((sinkhorn_knopp(a, b, M, reg) * M).sum())
