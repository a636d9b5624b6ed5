"""Turn raw station readings into model inputs."""
import numpy as np


def simulate(n_sites, n_hours, rng):
    base = rng.normal(12, 4, size=(n_sites, 1, 1))
    hours = np.arange(n_hours)[None, :, None]
    x = base + rng.normal(0, 2, size=(n_sites, n_hours, 6)) + np.sin(hours / 24 * 2 * np.pi)
    x[:, :, 4] = rng.integers(0, 5, size=(n_sites, n_hours))       # rain gauge, mm
    x[6, :, 4] = 0                                                  # this gauge was never connected
    y = 0.3 * x[..., 0] - 0.2 * x[..., 1] + 0.5 * np.tanh(x[..., 2] - base[..., 0]) + 0.1 * x[..., 4]
    return x, y[..., None]


def standardise(x):
    mean = x.mean(axis=0)
    spread = x.std(axis=0)
    return (x - mean) / spread


def per_site(x, y):
    for site in range(x.shape[0]):
        yield standardise(x[site]).astype(np.float32), standardise(y[site]).astype(np.float32)
