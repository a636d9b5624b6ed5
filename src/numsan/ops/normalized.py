"""Rows of float32 for the compiler on the CPU, in float64: (x - mean) / sqrt(var + eps) and the variance.

A row sum in float64 is exact for 2^29 equal float32 numbers, so that constant rows come out as 0, and no square
of a float32 leaves the range of float64: neither a residual mean nor scaling is needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

Dims = tuple[int, ...]
_ENOUGH = 1e-60  # from this eps on, 1/sqrt(var + eps) is a float32


def traceable(x: Tensor) -> bool:
    """Whether this form is for it."""
    return x.dtype == torch.float32 and x.device.type == "cpu" and torch.compiler.is_compiling()


def deviations64(x: Tensor, at: Dims) -> tuple[Tensor, Tensor]:
    """x - mean and the mean, in float64."""
    wide = x.double()
    mean = wide.sum(at, keepdim=True) / math.prod([x.shape[i] for i in at])
    return wide - mean, mean


class _Normalized(Function):
    """y = d/r and 1/r, r = sqrt(sum d^2 / count + eps), 0 for a row of zeros without eps; both have slopes."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, at: Dims, eps: float, centre: bool, count: int) -> tuple[Tensor, Tensor]:
        d = deviations64(x, at)[0] if centre else x.double()
        square = d.square().sum(at, keepdim=True) / count + eps
        inverse = torch.where(square == 0, 0.0, square.rsqrt())
        inverse = inverse.to(x.dtype) if eps >= _ENOUGH else inverse
        return ((d if centre else x) * inverse).to(x.dtype), inverse

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        _, ctx.at, _, ctx.centre, ctx.count = inputs
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*output)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, None, None, None, None]:
        y, inverse = cast(tuple[Tensor, Tensor], ctx.saved_tensors)
        g, g_inverse = cast(tuple[Tensor | None, Tensor | None], grad_outputs)
        count = ctx.count
        total = torch.zeros_like(y)
        if g is not None:
            # This sum vanishes with y, so float32 does; the mean of g has to be exact for equal numbers.
            total = g - y * ((g * y).sum(ctx.at, keepdim=True) / count)
            total = (total - _mean(g, ctx.at, count) if ctx.centre else total) * inverse
        if g_inverse is not None:
            total = total - g_inverse * inverse.square() * y / count
        return total.to(y.dtype), None, None, None, None


def _mean(x: Tensor, at: Dims, count: int) -> Tensor:
    return (x.sum(at, keepdim=True, dtype=torch.float64) / count).to(x.dtype)


_normalized = cast(
    Callable[[Tensor, Dims, float, bool, int], tuple[Tensor, Tensor]], cast(Any, _Normalized).apply
)


class _Variance(Function):
    """sum (x - mean)^2 and the mean, in float64."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, at: Dims) -> tuple[Tensor, Tensor]:
        d, mean = deviations64(x, at)
        return d.square().sum(at, keepdim=True), mean

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Dims], output: tuple[Tensor, Tensor]) -> None:
        x, ctx.at = inputs
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, output[1])

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None]:
        x, mean = cast(tuple[Tensor, Tensor], ctx.saved_tensors)
        g, g_mean = cast(tuple[Tensor | None, Tensor | None], grad_outputs)
        total = torch.zeros_like(x) if g is None else (x.double() - mean) * (2 * g)
        if g_mean is not None:
            at: Dims = ctx.at
            total = total + g_mean / math.prod([x.shape[i] for i in at])
        return total.to(x.dtype), None


variance_sum = cast(Callable[[Tensor, Dims], tuple[Tensor, Tensor]], cast(Any, _Variance).apply)


def normalized(x: Tensor, at: Dims, eps: float, centre: bool) -> Tensor:
    """x, less its mean if `centre`, over its root mean square; for what is `traceable`."""
    return _normalized(x, at, eps, centre, math.prod([x.shape[i] for i in at]))[0]


def unit(x: Tensor, at: Dims) -> Tensor:
    """x over its length; for what is `traceable`."""
    return _normalized(x, at, 0.0, False, 1)[0]


def cosine(x: Tensor, y: Tensor, at: Dims) -> Tensor:
    """x . y / (|x| |y|) in float64, 0 for a zero vector."""
    a, b = x.double(), y.double()
    square = a.square().sum(at) * b.square().sum(at)
    zero = square == 0
    return torch.where(zero, 0.0, (a * b).sum(at) / torch.where(zero, 1.0, square).sqrt())


def _apart(x: Tensor, y: Tensor, at: Dims) -> tuple[Tensor, ...]:
    """|x|, |y|, m = x |y| - y |x| and the lengths of m and of x |y| + y |x|, in float64."""
    a, b = x.double(), y.double()
    p, q = a.square().sum(at, keepdim=True).sqrt(), b.square().sum(at, keepdim=True).sqrt()
    m, n = a * q - b * p, a * q + b * p
    return p, q, m, m.square().sum(at, keepdim=True).sqrt(), n.square().sum(at, keepdim=True).sqrt()


class _Angle(Function):
    """2 atan2(|m|, |n|), m, n = x |y| -+ y |x|; slope 2 |y| m/(|m||n|) - x |m|/(|x|^2 |n|) in x, 0 at 0 and pi."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, y: Tensor, at: Dims) -> Tensor:
        _, _, _, m, n = _apart(x, y, at)
        return (2 * torch.atan2(m, n)).to(x.dtype)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Dims], output: Tensor) -> None:
        ctx.at = inputs[2]
        ctx.save_for_backward(*inputs[:2])

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, Tensor, None]:
        x, y = cast(tuple[Tensor, Tensor], ctx.saved_tensors)
        p, q, m, short, long = _apart(x, y, ctx.at)
        flat = (short == 0) | (long == 0)
        upstream = torch.where(flat, 0.0, grad_outputs[0] / torch.where(flat, 1.0, long))
        across, along = 2 * upstream / torch.where(flat, 1.0, short), upstream * short
        p, q = torch.where(flat, 1.0, p), torch.where(flat, 1.0, q)
        first = m * (across * q) - x * (along / p.square())
        second = m * (across * p) + y * (along / q.square())
        return first.to(x.dtype), -second.to(y.dtype), None


_angle = cast(Callable[[Tensor, Tensor, Dims], Tensor], cast(Any, _Angle).apply)


def angle(x: Tensor, y: Tensor, at: Dims) -> Tensor:
    """The angle between x and y, kept; for formats narrower than float64, compiled or not."""
    return _angle(x, y, at)
