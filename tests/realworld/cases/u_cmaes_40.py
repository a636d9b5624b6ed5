# origin: https://github.com/CyberAgentAILab/cmaes/pull/40
# kinds: domain cancellation
import math

import numpy as np

_EPS = 1e-8


class CMA:
    def __init__(self, mean, sigma, population_size, seed=None):
        self._n_dim = len(mean)
        self._popsize = population_size
        self._mu = population_size // 2
        weights = math.log(self._mu + 0.5) - np.log(np.arange(1, self._mu + 1))
        self._weights = weights / weights.sum()
        self._mu_eff = 1 / np.sum(self._weights ** 2)
        self._c1 = 2 / ((self._n_dim + 1.3) ** 2 + self._mu_eff)
        self._cc = 4 / (self._n_dim + 4)
        self._mean = mean.copy()
        self._sigma = sigma
        self._C = np.eye(self._n_dim)
        self._pc = np.zeros(self._n_dim)
        self._B, self._D = None, None
        self._rng = np.random.RandomState(seed)

    def _eigen_decomposition(self):
        if self._B is not None and self._D is not None:
            return self._B, self._D
        self._C = (self._C + self._C.T) / 2
        D2, B = np.linalg.eigh(self._C)
        D = np.sqrt(D2)  #!
        D = np.sqrt(np.maximum(D2, _EPS))  #+
        self._C = np.dot(np.dot(B, np.diag(D ** 2)), B.T)
        self._B, self._D = B, D
        return B, D

    def ask(self):
        B, D = self._eigen_decomposition()
        z = self._rng.randn(self._n_dim)
        return self._mean + self._sigma * B.dot(np.diag(D)).dot(z)

    def tell(self, solutions):
        assert len(solutions) == self._popsize
        solutions = sorted(solutions, key=lambda s: s[1])
        x_k = np.array([s[0] for s in solutions[: self._mu]])
        y_w = np.sum((x_k - self._mean).T * self._weights, axis=1) / self._sigma
        self._mean = self._mean + self._sigma * y_w
        self._pc = (1 - self._cc) * self._pc + math.sqrt(self._cc * (2 - self._cc) * self._mu_eff) * y_w
        self._C = (1 - self._c1) * self._C + self._c1 * np.outer(self._pc, self._pc)
        self._B, self._D = None, None
