# origin: https://github.com/DiffSharp/DiffSharp/issues/336
# kinds: cancellation
import numpy as np


class Tensor:
    """Thin float32 tensor with the reductions of the F# front end."""

    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float32)

    @property
    def shape(self):
        return self.data.shape

    def __sub__(self, other):
        return Tensor(self.data - _raw(other))

    def __truediv__(self, other):
        return Tensor(self.data / _raw(other))

    def __mul__(self, other):
        return Tensor(self.data * _raw(other))

    def sum(self, dim=None, keepdim=False):
        return Tensor(self.data.sum(axis=dim, keepdims=keepdim))

    def mean(self, dim=None, keepdim=False):
        n = self.data.size if dim is None else self.shape[dim]
        return self.sum(dim, keepdim) / n

    def variance(self, dim, keepdim=False, unbiased=True):
        """Variance along `dim`; Bessel's correction is applied by default."""
        n = self.shape[dim]
        if n < 2:
            raise ValueError("variance needs at least two elements along dim")
        denom = n - 1 if unbiased else n
        sum_ = self.sum(dim, keepdim)  #-
        sum_sq = (self * self).sum(dim, keepdim)  #-
        return (sum_sq - sum_ * sum_ / n) / denom  #!
        centred = self - self.mean(dim, keepdim=True)  #+
        return (centred * centred).sum(dim, keepdim) / denom  #+

    def stddev(self, dim, keepdim=False, unbiased=True):
        return Tensor(np.sqrt(self.variance(dim, keepdim, unbiased).data))

    def standardize(self, dim=0):
        std = self.stddev(dim, keepdim=True).data
        std = np.where(std == 0, np.float32(1), std)
        return (self - self.mean(dim, keepdim=True)) / std


def _raw(x):
    return x.data if isinstance(x, Tensor) else x


def summarize(table, names):
    """Print mean and standard deviation of each column (pressure, humidity, ...)."""
    t = Tensor(table)
    mean, std = t.mean(0).data, t.stddev(0).data
    for name, m, s in zip(names, mean, std):
        print(f"{name:>12s}  {m:10.4f} +- {s:.4f}")
