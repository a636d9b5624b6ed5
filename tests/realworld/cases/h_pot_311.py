# origin: https://github.com/PythonOT/POT/issues/311
# kinds: domain
import numpy as np


def gcg(a, b, M, reg1, reg2, f, df, G0=None, numItermax=10, stopThr=1e-9, verbose=False):
    """Generalised conditional gradient for entropic transport with a further regulariser."""
    G = np.outer(a, b) if G0 is None else G0

    def cost(G):
        entropy = np.sum(G * np.log(G))  #!
        entropy = np.sum(G * np.log(G + 1e-300))  #+
        return np.sum(M * G) + reg1 * entropy + reg2 * f(G)

    f_val, log = cost(G), {"loss": []}
    for it in range(numItermax):
        old_fval = f_val
        dG = df(G)
        direction = np.outer(a, b) - G
        step = 2.0 / (it + 2.0)
        G = np.clip(G + step * direction - 1e-3 * dG, 0.0, None)
        f_val = cost(G)
        log["loss"].append(f_val)
        if abs(f_val - old_fval) < stopThr:
            break
        if verbose and it % 20 == 0:
            print("{:5d}|{:8e}".format(it, f_val))
    return G, log
