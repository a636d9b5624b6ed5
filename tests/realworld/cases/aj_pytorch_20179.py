# origin: https://github.com/pytorch/pytorch/pull/20179
# kinds: domain
from dataclasses import dataclass

import numpy as np


@dataclass
class Slab:
    mu_s: float
    mu_a: float
    g: float
    thickness: float

    @property
    def mu_t(self):
        return self.mu_s + self.mu_a


class PhotonTransport:
    """Weighted Monte Carlo transport of photons through a homogeneous slab."""

    def __init__(self, slab, n_photons, seed=0):
        self.slab = slab
        self.rng = np.random.default_rng(seed)
        self.z = np.zeros(n_photons, dtype=np.float32)
        self.mu_z = np.ones(n_photons, dtype=np.float32)
        self.weight = np.ones(n_photons, dtype=np.float32)
        self.path = np.zeros(n_photons, dtype=np.float32)
        self.alive = np.ones(n_photons, dtype=bool)

    def _uniform(self, n):
        return self.rng.random(n, dtype=np.float32)

    def free_path(self, n):
        return -np.log(self._uniform(n)) / self.slab.mu_t  #!
        return -np.log1p(-self._uniform(n)) / self.slab.mu_t  #+

    def scatter(self, mu):
        g = self.slab.g
        frac = (1.0 - g * g) / (1.0 - g + 2.0 * g * self._uniform(mu.size))
        cos_t = (1.0 + g * g - frac**2) / (2.0 * g) if g else 2.0 * self._uniform(mu.size) - 1.0
        cos_t = np.clip(cos_t, -1.0, 1.0)
        sin_t = np.sqrt(1.0 - cos_t**2)
        cos_phi = np.cos(2.0 * np.pi * self._uniform(mu.size))
        sin_mu = np.sqrt(np.clip(1.0 - mu**2, 0.0, None))
        return np.clip(mu * cos_t + sin_mu * sin_t * cos_phi, -1.0, 1.0)

    def step(self):
        idx = np.flatnonzero(self.alive)
        s = self.free_path(idx.size)
        self.path[idx] += s
        self.z[idx] += s * self.mu_z[idx]
        inside = (self.z[idx] >= 0) & (self.z[idx] <= self.slab.thickness)
        self.alive[idx[~inside]] = False
        idx = idx[inside]
        self.weight[idx] *= self.slab.mu_s / self.slab.mu_t
        self.mu_z[idx] = self.scatter(self.mu_z[idx])

    def mean_path(self):
        return float(np.average(self.path, weights=self.weight))
