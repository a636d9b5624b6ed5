# origin: https://github.com/chelsea0x3b/dfdx/issues/748
# kinds: overflow precision
"""Reductions of a small tensor library; the dtype is chosen per device."""
import numpy as np


class Tensor:
    def __init__(self, data, dtype=np.float32):
        self.data = np.asarray(data, dtype=dtype)
        self.grad = np.zeros_like(self.data)
        self._backward = lambda: None
        self._parents = ()

    @property
    def shape(self):
        return self.data.shape

    @property
    def dtype(self):
        return self.data.dtype

    def _child(self, data, *parents):
        out = Tensor(data, dtype=self.dtype)
        out._parents = parents
        return out

    def __sub__(self, other):
        out = self._child(self.data - other.data, self, other)

        def backward():
            self.grad += out.grad
            other.grad -= out.grad

        out._backward = backward
        return out

    def square(self):
        out = self._child(self.data * self.data, self)

        def backward():
            self.grad += self.dtype.type(2) * self.data * out.grad

        out._backward = backward
        return out

    def mean(self):
        n = self.dtype.type(self.data.size)  #-
        total = self.data.sum(dtype=self.dtype)  #-
        out = self._child(total / n, self)  #!
        n = np.float32(self.data.size)  #+
        total = self.data.sum(dtype=np.float32)  #+
        out = self._child(total / n, self)  #+

        def backward():
            self.grad += (out.grad / n).astype(self.dtype)

        out._backward = backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(t):
            if id(t) not in seen:
                seen.add(id(t))
                for p in t._parents:
                    visit(p)
                order.append(t)

        visit(self)
        self.grad = np.ones_like(self.data)
        for t in reversed(order):
            t._backward()


def mse_loss(pred, target):
    return (pred - target).square().mean()
