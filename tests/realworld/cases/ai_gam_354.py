# origin: https://github.com/SauersML/gam/issues/354
# kinds: domain precision
import numpy as np


def expmap0(v):
    """Exponential map at the origin of the Poincare ball (curvature -1)."""
    norm = np.linalg.norm(v, axis=-1, keepdims=True)
    norm = np.maximum(norm, 1e-15)
    radius = np.tanh(norm)  #!
    radius = np.minimum(np.tanh(norm), 1.0 - 1e-5)  #+
    return radius * v / norm


def distance(x, y):
    sq = np.sum((x - y) ** 2, axis=-1)
    bx = 1.0 - np.sum(x * x, axis=-1)
    by = 1.0 - np.sum(y * y, axis=-1)
    return np.arccosh(1.0 + 2.0 * sq / (bx * by))


class PoincareAtoms:
    """Dictionary of hyperbolic prototypes, stored as tangent vectors at the origin."""

    def __init__(self, n_atoms, dim, temperature=1.0, seed=0):
        rng = np.random.default_rng(seed)
        self.tangent = 0.1 * rng.standard_normal((n_atoms, dim))
        self.temperature = temperature

    @property
    def points(self):
        return expmap0(self.tangent)

    def distances(self, z):
        """Pairwise distances of encoded rows `z` (tangent vectors) to the atoms."""
        x = expmap0(z)
        return distance(x[:, None, :], self.points[None, :, :])

    def assign(self, z):
        d = self.distances(z) / self.temperature
        w = np.exp(-(d - d.min(axis=1, keepdims=True)))
        return w / w.sum(axis=1, keepdims=True)

    def update(self, z, lr=0.1):
        w = self.assign(z)
        target = w.T @ z / np.maximum(w.sum(axis=0)[:, None], 1e-12)
        self.tangent += lr * (target - self.tangent)


def fit(z, n_atoms=16, iters=50):
    atoms = PoincareAtoms(n_atoms, z.shape[1])
    for _ in range(iters):
        atoms.update(z)
    return atoms, float(np.mean(atoms.distances(z).min(axis=1)))
