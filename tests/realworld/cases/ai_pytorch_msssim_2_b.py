# origin: https://github.com/jorge-pessoa/pytorch-msssim/issues/2
# kinds: domain
from dataclasses import dataclass

import numpy as np


@dataclass
class Params:
    alpha: float = 216.0
    alpha0: float = 0.2
    K: float = 1.0
    n: float = 2.4
    beta: float = 5.0
    noise: float = 1.0


def repression(p, K, n):
    """Hill function of the promoter activity."""
    ratio = p / K  #-
    ratio = np.maximum(p, 0.0) / K  #+
    return 1.0 / (1.0 + ratio ** n)  #*


class Repressilator:
    """Stochastic (Euler-Maruyama) version of Elowitz and Leibler's three-gene ring."""

    def __init__(self, params=None, dt=1e-2, seed=0):
        self.params = params or Params()
        self.dt = dt
        self.rng = np.random.default_rng(seed)

    def drift(self, m, p):
        par = self.params
        dm = -m + par.alpha * repression(np.roll(p, 1), par.K, par.n) + par.alpha0
        dp = -par.beta * (p - m)
        return dm, dp

    def step(self, m, p):
        dm, dp = self.drift(m, p)
        kick = self.params.noise * np.sqrt(self.dt)
        m = m + dm * self.dt + kick * self.rng.standard_normal(3)
        p = p + dp * self.dt + kick * self.rng.standard_normal(3)
        return m, p

    def simulate(self, t_end=100.0, m0=(0.2, 0.1, 0.3), p0=(0.1, 0.4, 0.5)):
        steps = int(round(t_end / self.dt))
        m, p = np.array(m0), np.array(p0)
        path = np.empty((steps + 1, 6))
        path[0] = np.concatenate([m, p])
        for i in range(steps):
            m, p = self.step(m, p)
            path[i + 1] = np.concatenate([m, p])
        return path


def dominant_period(path, dt):
    x = path[:, 3] - path[:, 3].mean()
    power = np.abs(np.fft.rfft(x)) ** 2
    freqs = np.fft.rfftfreq(x.size, dt)
    return 1.0 / freqs[1:][np.argmax(power[1:])]
