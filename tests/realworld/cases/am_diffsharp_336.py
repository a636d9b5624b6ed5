# origin: https://github.com/DiffSharp/DiffSharp/issues/336
# kinds: cancellation
import numpy as np


class Tensor:
    def __init__(self, data, dtype=np.float32):
        self.data = np.asarray(data, dtype=dtype)

    @property
    def shape(self):
        return self.data.shape

    @property
    def dtype(self):
        return self.data.dtype

    def __sub__(self, other):
        return Tensor(self.data - _raw(other), self.dtype)

    def __mul__(self, other):
        return Tensor(self.data * _raw(other), self.dtype)

    def __truediv__(self, other):
        return Tensor(self.data / _raw(other), self.dtype)

    def select(self, dim, i):
        return Tensor(np.take(self.data, i, axis=dim), self.dtype)

    def zeros_like(self):
        return Tensor(np.zeros_like(self.data), self.dtype)

    def add_(self, other):
        self.data += _raw(other)
        return self

    def sqrt(self):
        return Tensor(np.sqrt(self.data), self.dtype)

    def mean(self, dim):
        n = self.shape[dim]
        acc = self.select(dim, 0).zeros_like()
        for i in range(n):
            acc.add_(self.select(dim, i))
        return acc / n

    def variance(self, dim, unbiased=True):
        n = self.shape[dim]
        if n == 0 or (unbiased and n < 2):  #+
            raise ValueError("variance needs more elements along dim %d" % dim)  #+
        total = self.select(dim, 0).zeros_like()  #-
        total_sq = total.zeros_like()  #-
        for i in range(n):  #-
            row = self.select(dim, i)  #-
            total.add_(row)  #-
            total_sq.add_(row * row)  #-
        ss = total_sq - total * total / n  #!
        center = self.mean(dim)  #+
        ss = center.zeros_like()  #+
        for i in range(n):  #+
            d = self.select(dim, i) - center  #+
            ss.add_(d * d)  #+
        return ss / (n - 1 if unbiased else n)

    def stddev(self, dim, unbiased=True):
        return self.variance(dim, unbiased).sqrt()


def _raw(x):
    return x.data if isinstance(x, Tensor) else x


def summarize(t, dim=0):
    return {"mean": t.mean(dim).data.tolist(), "std": t.stddev(dim).data.tolist()}
