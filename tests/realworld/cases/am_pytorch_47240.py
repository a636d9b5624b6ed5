# origin: https://github.com/pytorch/pytorch/pull/47240
# kinds: cancellation
import numpy as np


OPSET = {}


def symbolic(name):
    def wrap(fn):
        OPSET[name] = fn
        return fn
    return wrap


class Graph:
    """Eager evaluator of exported nodes; every op yields a float32 array."""

    def op(self, kind, *args, **attrs):
        return getattr(self, "_" + kind.lower())(*args, **attrs)

    def _reducemean(self, x, axes, keepdims):
        return x.mean(axis=tuple(axes), keepdims=bool(keepdims), dtype=np.float32)

    def _mul(self, a, b):
        return np.multiply(a, b)

    def _sub(self, a, b):
        return np.subtract(a, b)

    def _div(self, a, b):
        return np.divide(a, b)

    def _sqrt(self, a):
        return np.sqrt(a)


def _num_elements(x, dims):
    return np.float32(np.prod([x.shape[d] for d in dims]))


def _var_mean(g, input, dim, correction, keepdim):
    dims = list(range(input.ndim)) if dim is None else list(dim)
    mean = g.op("ReduceMean", input, axes=dims, keepdims=keepdim)
    sqr = g.op("Mul", input, input)  #-
    sqr_mean = g.op("ReduceMean", sqr, axes=dims, keepdims=keepdim)  #-
    mean_sqr = g.op("Mul", mean, mean)  #-
    var = g.op("Sub", sqr_mean, mean_sqr)  #!
    t_mean = g.op("ReduceMean", input, axes=dims, keepdims=1)  #+
    centered = g.op("Sub", input, t_mean)  #+
    sqr = g.op("Mul", centered, centered)  #+
    var = g.op("ReduceMean", sqr, axes=dims, keepdims=keepdim)  #+
    if correction:
        n = _num_elements(input, dims)
        var = g.op("Div", g.op("Mul", var, n), n - np.float32(correction))  #-
        var = g.op("Div", g.op("Mul", var, n), max(n - np.float32(correction), np.float32(1)))  #+
    return var, mean


@symbolic("var_mean")
def var_mean(g, input, dim=None, correction=1, keepdim=0):
    return _var_mean(g, input, dim, correction, keepdim)


@symbolic("std")
def std(g, input, dim=None, correction=1, keepdim=0):
    var, _ = _var_mean(g, input, dim, correction, keepdim)
    return g.op("Sqrt", var)


def run(op_name, array, **kwargs):
    return OPSET[op_name](Graph(), np.asarray(array, dtype=np.float32), **kwargs)
