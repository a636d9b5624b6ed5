# origin: https://github.com/PeterPonyu/aether-3d/issues/134
# kinds: underflow
import numpy as np


class BeaconFilter:
    """Particle filter that locates a robot from its ranges to known beacons."""

    def __init__(self, beacons, n_particles=2000, range_std=0.05, area=20.0, seed=0):
        self.rng = np.random.default_rng(seed)
        self.beacons = np.asarray(beacons, dtype=np.float64)
        self.range_std = range_std
        self.particles = self.rng.uniform(0.0, area, size=(n_particles, 2))
        self.weights = np.full(n_particles, 1.0 / n_particles)

    def predict(self, velocity, dt, noise=0.02):
        n = len(self.particles)
        self.particles += np.asarray(velocity) * dt
        self.particles += self.rng.normal(0.0, noise, size=(n, 2))

    def log_likelihood(self, ranges):
        diff = self.particles[:, None, :] - self.beacons[None, :, :]
        expected = np.sqrt((diff ** 2).sum(axis=-1))
        resid = (expected - np.asarray(ranges)[None, :]) / self.range_std
        return -0.5 * (resid ** 2).sum(axis=1)

    def update(self, ranges):
        ll = self.log_likelihood(ranges)
        w = self.weights * np.exp(ll)  #!
        self.weights = w / max(w.sum(), 1e-300)  #-
        lw = np.log(np.maximum(self.weights, 1e-300)) + ll  #+
        w = np.exp(lw - lw.max())  #+
        self.weights = w / w.sum()  #+
        if self.effective_size() < 0.5 * len(self.weights):
            self.resample()

    def effective_size(self):
        return 1.0 / max((self.weights ** 2).sum(), 1e-12)

    def resample(self):
        n = len(self.weights)
        points = (np.arange(n) + self.rng.random()) / n
        idx = np.searchsorted(np.cumsum(self.weights), points).clip(max=n - 1)
        self.particles = self.particles[idx]
        self.weights = np.full(n, 1.0 / n)

    def estimate(self):
        return (self.weights[:, None] * self.particles).sum(axis=0)


def track(filter_, odometry, ranges, dt=0.1):
    path = []
    for v, r in zip(odometry, ranges):
        filter_.predict(v, dt)
        filter_.update(r)
        path.append(filter_.estimate())
    return np.array(path)
