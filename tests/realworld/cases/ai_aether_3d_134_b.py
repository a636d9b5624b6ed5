# origin: https://github.com/PeterPonyu/aether-3d/issues/134
# kinds: underflow
import numpy as np

# trunks of the orchard, 6 rows of 10 trees
LANDMARKS = np.stack(np.meshgrid(np.linspace(-27, 27, 10), np.linspace(-25, 25, 6)), axis=-1).reshape(-1, 2)


class ParticleFilter:
    """Range-only localisation of a planar robot with state (x, y, heading)."""

    def __init__(self, n, bounds, heading, range_std=0.1, seed=0):
        self.rng = np.random.default_rng(seed)
        self.n = n
        self.range_std = range_std
        self.particles = np.empty((n, 3))
        self.particles[:, 0] = self.rng.uniform(bounds[0], bounds[1], n)
        self.particles[:, 1] = self.rng.uniform(bounds[2], bounds[3], n)
        self.particles[:, 2] = self.rng.normal(heading, 0.05, n)
        self.weights = np.full(n, 1.0 / n)

    def predict(self, speed, turn, dt=1.0, std=(0.1, 0.02, 0.2)):
        s = speed + self.rng.normal(0.0, std[0], self.n)
        self.particles[:, 2] += turn * dt + self.rng.normal(0.0, std[1], self.n)
        self.particles[:, 0] += s * dt * np.cos(self.particles[:, 2])
        self.particles[:, 1] += s * dt * np.sin(self.particles[:, 2])
        self.particles[:, :2] += self.rng.normal(0.0, std[2], (self.n, 2))

    def update(self, ranges):
        offsets = self.particles[:, None, :2] - LANDMARKS[None]
        residual = np.linalg.norm(offsets, axis=2) - ranges[None, :]
        chi2 = np.sum((residual / self.range_std) ** 2, axis=1)
        self.weights *= np.exp(-0.5 * chi2)  #!
        self.weights += 1e-300  #!
        log_weights = np.log(np.maximum(self.weights, 1e-300)) - 0.5 * chi2  #+
        self.weights = np.exp(log_weights - log_weights.max())  #+
        self.weights /= self.weights.sum()

    def effective_size(self):
        return 1.0 / np.sum(self.weights ** 2)

    def resample(self):
        positions = (np.arange(self.n) + self.rng.random()) / self.n
        index = np.searchsorted(np.cumsum(self.weights), positions)
        self.particles = self.particles[np.minimum(index, self.n - 1)]
        self.weights = np.full(self.n, 1.0 / self.n)

    def estimate(self):
        return self.weights @ self.particles[:, :2]


def simulate(steps=20, n=500):
    pf = ParticleFilter(n, (-30, 30, -30, 30), heading=0.3)
    pose = np.array([0.0, 0.0, 0.3])
    errors = []
    for _ in range(steps):
        pose[2] += 0.05
        pose[:2] += [np.cos(pose[2]), np.sin(pose[2])]
        ranges = np.linalg.norm(pose[:2] - LANDMARKS, axis=1) + pf.rng.normal(0, pf.range_std, len(LANDMARKS))
        pf.predict(1.0, 0.05)
        pf.update(ranges)
        errors.append(np.linalg.norm(pf.estimate() - pose[:2]))
        if pf.effective_size() < 0.5 * n:
            pf.resample()
    return errors


if __name__ == "__main__":
    print("position error", np.round(simulate(), 2))
