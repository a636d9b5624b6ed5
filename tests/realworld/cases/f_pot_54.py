# origin: https://github.com/PythonOT/POT/issues/54
# kinds: underflow overflow domain
import warnings

import numpy as np
from scipy.special import logsumexp  #+


def sinkhorn_knopp(a, b, M, reg, numItermax=1000, stopThr=1e-9, verbose=False):
    a = np.asarray(a, dtype=np.float64)
    b = np.asarray(b, dtype=np.float64)
    M = np.asarray(M, dtype=np.float64)
    log_K = -M / reg  #+
    f, g = np.zeros(len(a)), np.zeros(len(b))  #+
    for _ in range(numItermax):  #+
        f = np.log(np.maximum(a, 1e-300)) - logsumexp(log_K + g[None, :], axis=1)  #+
        g = np.log(np.maximum(b, 1e-300)) - logsumexp(log_K + f[:, None], axis=0)  #+
    return np.exp(f[:, None] + log_K + g[None, :])  #+

    u = np.ones(len(a)) / len(a)  #-
    v = np.ones(len(b)) / len(b)  #-
    K = np.exp(-M / reg)  #!
    Kp = (1 / a).reshape(-1, 1) * K  #!
    cpt, err = 0, 1  #-
    while err > stopThr and cpt < numItermax:  #-
        uprev, vprev = u, v  #-
        KtransposeU = np.dot(K.T, u)  #-
        v = np.divide(b, KtransposeU)  #!
        u = 1.0 / np.dot(Kp, v)  #!
        if np.any(KtransposeU == 0) or np.any(np.isnan(u)) or np.any(np.isnan(v)):  #-
            warnings.warn("numerical errors at iteration %d" % cpt)  #-
            u, v = uprev, vprev  #-
            break  #-
        if cpt % 10 == 0:  #-
            err = np.linalg.norm(np.einsum("i,ij,j->j", u, K, v) - b) ** 2  #-
            if verbose:  #-
                print("{:5d}|{:8e}|".format(cpt, err))  #-
        cpt = cpt + 1  #-
    return u.reshape((-1, 1)) * K * v.reshape((1, -1))  #-
