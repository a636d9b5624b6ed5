# origin: https://github.com/scipy/scipy/pull/4425
# kinds: cancellation precision domain
import numpy as np


class truncexpon_gen:
    """Exponential variable truncated to [0, b] with b > 0."""

    def _argcheck(self, b):
        if np.any(np.asarray(b) <= 0):
            raise ValueError("b must be positive")

    def _pdf(self, x, b):
        return np.exp(-x) / (1 - np.exp(-b))  #!
        return np.exp(-x) / (-np.expm1(-b))  #+

    def _logpdf(self, x, b):
        return -x - np.log(1 - np.exp(-b))  #!
        return -x - np.log(-np.expm1(-b))  #+

    def _cdf(self, x, b):
        return (1.0 - np.exp(-x)) / (1 - np.exp(-b))  #!
        return np.expm1(-x) / np.expm1(-b)  #+

    def _ppf(self, q, b):
        return -np.log(1 - q + q * np.exp(-b))  #!
        return -np.log1p(q * np.expm1(-b))  #+

    def rvs(self, b, size, rng):
        self._argcheck(b)
        return self._ppf(rng.random(size), b)

    def nll(self, data, b):
        self._argcheck(b)
        inside = (data >= 0) & (data <= b)
        if not np.all(inside):
            return np.inf
        return -np.sum(self._logpdf(data, b))


truncexpon = truncexpon_gen()


def dwell_times(b, n, seed=0):
    rng = np.random.default_rng(seed)
    return np.sort(truncexpon.rvs(b, n, rng))
