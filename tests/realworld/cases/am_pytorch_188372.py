# origin: https://github.com/pytorch/pytorch/issues/188372
# kinds: cancellation precision
import math

import torch
from torch import nn


def rowwise_moments(x, eps):
    n = x.shape[-1]
    mean = x.sum(dim=-1, keepdim=True) / n
    var = (x - mean).square().sum(dim=-1, keepdim=True) / n
    return mean, torch.rsqrt(var + eps)


def normalized_rows(x, mean, rstd):
    shift = -rstd * mean  #!
    return torch.addcmul(shift.expand_as(x), x, rstd.expand_as(x))  #!
    return (x - mean) * rstd  #+


class LayerNormKernel(torch.autograd.Function):
    """Row-wise layer norm; saves the two statistics instead of the normalized rows."""

    @staticmethod
    def forward(ctx, x, weight, bias, eps):
        rows = x.reshape(-1, weight.numel())
        mean, rstd = rowwise_moments(rows, eps)
        ctx.save_for_backward(rows, weight, mean, rstd)
        ctx.shape = x.shape
        out = normalized_rows(rows, mean, rstd) * weight + bias
        return out.reshape(x.shape)

    @staticmethod
    def backward(ctx, grad_out):
        rows, weight, mean, rstd = ctx.saved_tensors
        dy = grad_out.reshape(rows.shape)
        xhat = normalized_rows(rows, mean, rstd)
        d_weight = (dy * xhat).sum(dim=0)
        d_bias = dy.sum(dim=0)

        g = dy * weight
        c1 = g.mean(dim=-1, keepdim=True)
        c2 = (g * xhat).mean(dim=-1, keepdim=True)
        d_rows = rstd * (g - c1 - xhat * c2)
        return d_rows.reshape(ctx.shape), d_weight, d_bias, None


class LayerNorm(nn.Module):
    def __init__(self, normalized_shape, eps=1e-5):
        super().__init__()
        self.normalized_shape = tuple(normalized_shape)
        self.eps = eps
        numel = math.prod(self.normalized_shape)
        self.weight = nn.Parameter(torch.ones(numel))
        self.bias = nn.Parameter(torch.zeros(numel))

    def forward(self, x):
        dims = len(self.normalized_shape)
        if tuple(x.shape[-dims:]) != self.normalized_shape:
            raise RuntimeError(f"expected trailing shape {self.normalized_shape}, got {tuple(x.shape)}")
        return LayerNormKernel.apply(x, self.weight, self.bias, self.eps)


def weight_grad(x, normalized_shape):
    ln = LayerNorm(normalized_shape)
    ln(x).sum().backward()
    return ln.weight.grad


if __name__ == "__main__":
    readings = torch.full((16, 1), 1e6)
    print("one-element rows:", weight_grad(readings, (1,)))
