# origin: https://github.com/PeterPonyu/aether-3d/issues/134
# kinds: underflow
import numpy as np


class ParticleLocalizer:
    """Monte Carlo localisation of a robot from ranges to known beacons."""

    def __init__(self, beacons, n=2000, sigma_range=0.1, sigma_move=0.05, seed=0):
        self.beacons = np.asarray(beacons, dtype=np.float64)
        self.rng = np.random.default_rng(seed)
        self.n = n
        self.sigma_range = sigma_range
        self.sigma_move = sigma_move
        lo, hi = self.beacons.min(0) - 5.0, self.beacons.max(0) + 5.0
        self.particles = self.rng.uniform(lo, hi, size=(n, 2))
        self.weights = np.full(n, 1.0 / n)

    def predict(self, displacement):
        noise = self.rng.normal(0.0, self.sigma_move, size=self.particles.shape)
        self.particles = self.particles + displacement + noise

    def log_likelihood(self, ranges):
        diff = self.particles[:, None, :] - self.beacons[None]
        dist = np.linalg.norm(diff, axis=-1)
        resid = (dist - np.asarray(ranges)) / self.sigma_range
        return -0.5 * np.square(resid).sum(axis=1)

    def update(self, ranges):
        log_w = self.log_likelihood(ranges)
        log_w = log_w - log_w.max()  #+
        w = np.exp(log_w)  #*
        w = w + 1e-300
        self.weights = w / w.sum()
        if self.effective_size() < 0.5 * self.n:
            self._resample()

    def effective_size(self):
        return 1.0 / np.square(self.weights).sum()

    def _resample(self):
        start = self.rng.uniform(0.0, 1.0 / self.n)
        ticks = start + np.arange(self.n) / self.n
        index = np.searchsorted(np.cumsum(self.weights), ticks)
        self.particles = self.particles[np.minimum(index, self.n - 1)]
        self.weights = np.full(self.n, 1.0 / self.n)

    def estimate(self):
        return self.weights @ self.particles
