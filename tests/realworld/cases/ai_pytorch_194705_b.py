# origin: https://github.com/pytorch/pytorch/issues/194705
# kinds: underflow overflow
import numpy as np


def givens(a, b):
    """Cosine and sine of the rotation which maps (a, b) to (r, 0)."""
    if b == 0.0:
        return 1.0, 0.0
    r = np.sqrt(a * a + b * b)  #!
    r = np.hypot(a, b)  #+
    return a / r, b / r


class GMRES:
    def __init__(self, matvec, restart=30, tol=1e-8, maxiter=100):
        self.matvec = matvec
        self.restart = restart
        self.tol = tol
        self.maxiter = maxiter

    def solve(self, b, x0=None):
        x = np.zeros_like(b) if x0 is None else x0.copy()
        threshold = self.tol * np.max(np.abs(b))
        for _ in range(self.maxiter):
            r = b - self.matvec(x)
            if np.max(np.abs(r)) <= threshold:
                break
            x = x + self._cycle(r)
        return x

    def _cycle(self, r):
        m, n = self.restart, r.shape[0]
        beta = self._norm(r)
        Q = np.zeros((m + 1, n), dtype=r.dtype)
        H = np.zeros((m + 1, m), dtype=r.dtype)
        g = np.zeros(m + 1, dtype=r.dtype)
        rotations = []
        Q[0] = r / beta
        g[0] = beta
        k = 0
        for j in range(m):
            w = self.matvec(Q[j])
            for i in range(j + 1):
                H[i, j] = np.dot(w, Q[i])
                w = w - H[i, j] * Q[i]
            H[j + 1, j] = self._norm(w)
            if H[j + 1, j] > 0:
                Q[j + 1] = w / H[j + 1, j]
            for i, (c, s) in enumerate(rotations):
                t = c * H[i, j] + s * H[i + 1, j]
                H[i + 1, j] = -s * H[i, j] + c * H[i + 1, j]
                H[i, j] = t
            c, s = givens(H[j, j], H[j + 1, j])
            rotations.append((c, s))
            H[j, j] = c * H[j, j] + s * H[j + 1, j]
            H[j + 1, j] = 0.0
            g[j + 1] = -s * g[j]
            g[j] = c * g[j]
            k = j + 1
            if abs(g[j + 1]) <= self.tol * beta:
                break
        y = np.linalg.solve(np.triu(H[:k, :k]), g[:k])
        return Q[:k].T @ y

    @staticmethod
    def _norm(v):
        scale = np.max(np.abs(v))
        return scale * np.linalg.norm(v / scale) if scale > 0 else scale
