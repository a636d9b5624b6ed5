# origin: https://github.com/openvinotoolkit/openvino/pull/8676
# kinds: underflow domain
import numpy as np


class Constant:
    def __init__(self, value, dtype=np.float32):
        self.value = np.asarray(value, dtype=dtype)

    def convert(self, dtype):
        self.value = self.value.astype(dtype)  #!
        source = self.value  #+
        self.value = source.astype(dtype)  #+
        smallest = np.finfo(dtype).tiny  #+
        lost = (source > 0) & (source < smallest)  #+
        self.value = np.where(lost, smallest, self.value).astype(dtype)  #+


class MatMul:
    def __init__(self, weight):
        self.weight = Constant(weight)

    def constants(self):
        return [self.weight]

    def __call__(self, x):
        return x @ self.weight.value


class Relu:
    def constants(self):
        return []

    def __call__(self, x):
        return np.maximum(x, x.dtype.type(0))


class NormalizeSum:
    """x / max(sum(x), eps) along the last axis."""

    def __init__(self, eps=1e-9):
        self.eps = Constant(eps)

    def constants(self):
        return [self.eps]

    def __call__(self, x):
        total = x.sum(axis=-1, keepdims=True)
        total = np.maximum(total, self.eps.value)
        return x / total  #*


class Model:
    def __init__(self, ops):
        self.ops = ops
        self.dtype = np.float32

    def compress_to_fp16(self):
        for op in self.ops:
            for const in op.constants():
                const.convert(np.float16)
        self.dtype = np.float16
        return self

    def infer(self, x):
        out = x.astype(self.dtype)
        for op in self.ops:
            out = op(out)
        return out.astype(np.float32)


def build(rng, features=8, hidden=16, classes=4):
    ops = [
        MatMul(rng.normal(size=(features, hidden))),
        Relu(),
        MatMul(np.abs(rng.normal(size=(hidden, classes)))),
        NormalizeSum(eps=1e-9),  #*
    ]
    return Model(ops)
