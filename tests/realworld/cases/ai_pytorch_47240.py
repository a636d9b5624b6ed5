# origin: https://github.com/pytorch/pytorch/pull/47240
# kinds: cancellation
import torch
import torch.onnx.symbolic_helper as sym_help
from torch.onnx.symbolic_helper import parse_args


def _mean(g, input, dim, keepdim):
    if dim is None:
        return g.op("ReduceMean", input, keepdims_i=0)
    return g.op("ReduceMean", input, axes_i=dim, keepdims_i=keepdim)


def _num_elements(g, input, dim):
    shape = g.op("Shape", input)
    if dim is not None:
        index = g.op("Constant", value_t=torch.tensor(dim))
        shape = g.op("Gather", shape, index, axis_i=0)
    return g.op("ReduceProd", shape, keepdims_i=0)


@parse_args("v", "is", "i", "i")
def _var_mean(g, input, dim, unbiased, keepdim):
    mean = _mean(g, input, dim, keepdim)
    num_elements = _num_elements(g, input, dim)
    sqr_mean = g.op("Mul", mean, mean)  #-
    mean_sqr = _mean(g, g.op("Mul", input, input), dim, keepdim)  #-
    var = g.op("Sub", mean_sqr, sqr_mean)  #!
    mean_keep = _mean(g, input, list(range(sym_help._get_tensor_rank(input))) if dim is None else dim, 1)  #+
    centered = g.op("Sub", input, mean_keep)  #+
    var = _mean(g, g.op("Mul", centered, centered), dim, keepdim)  #+
    # Correct bias in calculating variance, by dividing it over (N - 1) instead on N
    if unbiased:
        num_elements = g.op("Cast", num_elements, to_i=sym_help.cast_pytorch_to_onnx["Float"])
        one = g.op("Constant", value_t=torch.tensor(1, dtype=torch.float))
        mul = g.op("Mul", var, num_elements)
        var = g.op("Div", mul, g.op("Sub", num_elements, one))
    return var, mean


def std(g, input, dim, unbiased, keepdim):
    var, _ = _var_mean(g, input, dim, unbiased, keepdim)
    return g.op("Sqrt", var)


def var(g, input, dim, unbiased, keepdim):
    var, _ = _var_mean(g, input, dim, unbiased, keepdim)
    return var


def std_mean(g, input, dim, unbiased, keepdim):
    var, mean = _var_mean(g, input, dim, unbiased, keepdim)
    return g.op("Sqrt", var), mean
