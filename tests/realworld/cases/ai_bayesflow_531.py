# origin: https://github.com/bayesflow-org/bayesflow/pull/531
# kinds: underflow domain
import numpy as np


class RangeParticleFilter:
    """Localises a robot in the plane from its distances to known landmarks."""

    def __init__(self, landmarks, n=500, arena=(100.0, 100.0), sigma_range=0.5, seed=None):
        self.rng = np.random.default_rng(seed)
        self.landmarks = np.asarray(landmarks)
        self.sigma = sigma_range
        self.particles = np.empty((n, 3))
        self.particles[:, 0] = self.rng.uniform(0, arena[0], n)
        self.particles[:, 1] = self.rng.uniform(0, arena[1], n)
        self.particles[:, 2] = self.rng.uniform(-np.pi, np.pi, n)
        self.weights = np.full(n, 1.0 / n)

    def predict(self, v, omega, dt, noise=(0.1, 0.05)):
        n = len(self.particles)
        self.particles[:, 2] += omega * dt + noise[1] * self.rng.standard_normal(n)
        d = v * dt + noise[0] * self.rng.standard_normal(n)
        self.particles[:, 0] += d * np.cos(self.particles[:, 2])
        self.particles[:, 1] += d * np.sin(self.particles[:, 2])

    def update(self, ranges):
        offsets = self.particles[:, None, :2] - self.landmarks[None]
        expected = np.linalg.norm(offsets, axis=-1)
        sq = np.sum((expected - ranges) ** 2, axis=1)
        self.weights = np.exp(-0.5 * sq / self.sigma ** 2)  #!
        log_w = -0.5 * sq / self.sigma ** 2  #+
        self.weights = np.exp(log_w - log_w.max())  #+
        self.weights /= self.weights.sum()

    def effective_size(self):
        return 1.0 / np.sum(self.weights ** 2)

    def resample(self):
        n = len(self.particles)
        positions = (self.rng.random() + np.arange(n)) / n
        idx = np.minimum(np.searchsorted(np.cumsum(self.weights), positions), n - 1)
        self.particles = self.particles[idx]
        self.weights = np.full(n, 1.0 / n)

    def estimate(self):
        return self.weights @ self.particles[:, :2]


def track(pf, controls, measurements, dt=0.1):
    path = []
    for (v, omega), z in zip(controls, measurements):
        pf.predict(v, omega, dt)
        pf.update(np.asarray(z))
        path.append(pf.estimate())
        if pf.effective_size() < len(pf.weights) / 2:
            pf.resample()
    return np.array(path)
