# origin: https://github.com/PythonOT/POT/pull/336
# kinds: domain underflow overflow
import autograd.numpy as np


def dist(x1, x2):
    """Squared euclidean distance between the rows of two matrices."""
    x1p2 = np.sum(np.square(x1), 1)
    x2p2 = np.sum(np.square(x2), 1)
    return np.maximum(x1p2.reshape((-1, 1)) + x2p2.reshape((1, -1)) - 2 * np.dot(x1, x2.T), 0.0)


def logsumexp(M, axis):  #+
    amax = np.amax(M, axis=axis, keepdims=True)  #+
    return np.log(np.sum(np.exp(M - amax), axis=axis)) + np.squeeze(amax, axis=axis)  #+


def sinkhorn(w1, w2, M, reg, k):
    """Entropic transport by k fixed-point iterations."""
    K = np.exp(-M / reg)  #-
    ui = np.ones((M.shape[0],))  #-
    vi = np.ones((M.shape[1],))  #-
    for i in range(k):  #-
        vi = w2 / np.dot(K.T, ui)  #!
        ui = w1 / np.dot(K, vi)  #!
    return ui.reshape((M.shape[0], 1)) * K * vi.reshape((1, M.shape[1]))  #-
    Mr = -M / reg  #+
    ui, vi = np.zeros((M.shape[0],)), np.zeros((M.shape[1],))  #+
    log_w1, log_w2 = np.log(w1), np.log(w2)  #+
    for i in range(k):  #+
        vi = log_w2 - logsumexp(Mr + ui[:, None], 0)  #+
        ui = log_w1 - logsumexp(Mr + vi[None, :], 1)  #+
    return np.exp(ui[:, None] + Mr + vi[None, :])  #+


def wda_cost(P, xc, wc, reg, k):
    """Ratio of dispersion within classes to that between them, in a projection."""
    loss_b = loss_w = 0.0
    xp = [np.dot(x, P) for x in xc]
    for i, xi in enumerate(xp):
        for j, xj in enumerate(xp[i:]):
            M = dist(xi, xj)
            G = sinkhorn(wc[i], wc[j + i], M, reg, k)
            if j == 0:
                loss_w += np.sum(G * M)
            else:
                loss_b += np.sum(G * M)
    return loss_w / (loss_b + 1e-12)
