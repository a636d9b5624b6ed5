"""Lengths of deviations and cosines in eager mode on the CPU: one Function each, whose backward pass is one or two
products of what was saved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._formats import accumulator
from numsan.ops.lengths import length, power_of_two, slope_of_length, vector_norm
from numsan.ops.shares import Dims, batched, moved, usable

_ORDINARY = {torch.float64: (1e-140, 1e140), torch.float32: (1e-15, 1e15)}  # no product leaves the format


def deviations(x: Tensor, at: Dims) -> tuple[Tensor, Tensor]:
    """x - mean, and the mean in the accumulator's format; Chan, Golub & LeVeque 1983."""
    acc = accumulator(x)
    if x.dtype == acc:
        # Half before the sum: the mean of finite numbers is finite even where their sum is not.
        mean = (x.detach() / 2).mean(at, keepdim=True, dtype=acc) * 2
    else:
        mean = x.detach().mean(at, keepdim=True, dtype=acc)
    d = x - mean.to(x.dtype)
    residual = d.mean(at, keepdim=True, dtype=acc)
    return d.sub_(residual.to(x.dtype)), mean + residual


class _Spread(Function):
    """|x - mean|, the mean, and x - mean, which is kept for the slope (x - mean)/|x - mean|."""

    @staticmethod
    def forward(x: Tensor, at: Dims) -> tuple[Tensor, Tensor, Tensor]:
        d, mean = deviations(x, at)
        return length(d, at), mean, d

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Dims], output: tuple[Tensor, ...]) -> None:
        x, ctx.at = inputs
        ctx.mark_non_differentiable(output[2])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, output[0], output[2])

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        x, at = moved(args[0], in_dims[0], args[1])
        return _spread(x, at), (0, 0, 0)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, None]:
        x, norm, d = cast(tuple[Tensor, ...], ctx.saved_tensors)
        g, g_mean = cast(tuple[Tensor | None, Tensor | None], grad_outputs[:2])
        total: Tensor | None = None
        if g is not None:
            d = deviations(x, ctx.at)[0] if torch.is_grad_enabled() else d
            total = slope_of_length(d, norm, g, ctx.at)
        if g_mean is not None:
            share = (g_mean / (x.numel() // g_mean.numel())).to(x.dtype).expand_as(x)
            total = share if total is None else total + share
        return total, None


def _scaled(x: Tensor, y: Tensor, at: Dims) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Powers of two that make all products ordinary, x and y times them."""
    s, t = power_of_two(x, at), power_of_two(y, at)
    return s, t, x * s, y * t


def _parts(x: Tensor, y: Tensor, at: Dims) -> tuple[Tensor, Tensor, Tensor]:
    """The cosine, |x| and |y|; a zero vector counts as infinitely long."""
    acc = accumulator(x)
    p, q = (vector_norm(t, dim=at, keepdim=True, dtype=acc) for t in (x, y))
    zero = (p == 0) | (q == 0)
    p, q = torch.where(zero, torch.inf, p), torch.where(zero, torch.inf, q)
    return (x * y).sum(at, keepdim=True, dtype=acc) / (p * q), p, q


def _of_any_size(x: Tensor, y: Tensor, at: Dims) -> Tensor:
    _, _, a, b = _scaled(x, y, at)
    return _parts(a, b, at)[0]


def _ordinary(x: Tensor, p: Tensor, q: Tensor) -> bool:
    low, high = _ORDINARY[x.dtype]
    return bool(((p > low) & (p < high) & (q > low) & (q < high)).all())


class _Cosine(Function):
    """x . y/(|x||y|) with its slopes y/(|x||y|) - c x/|x|^2 and the same for y."""

    @staticmethod
    def forward(x: Tensor, y: Tensor, at: Dims) -> tuple[Tensor, Tensor, Tensor]:
        c, p, q = _parts(x, y, at)
        return (c if _ordinary(x, p, q) else _of_any_size(x, y, at)), p, q

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        x, y, ctx.at = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, y, *output)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        x, y = batched(args[:2], in_dims[:2], info.batch_size)
        return _cosine(x, y, tuple(i + 1 for i in args[2])), (0, 0, 0)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        x, y, c, p, q = cast(tuple[Tensor, ...], ctx.saved_tensors)
        g = cast(Tensor | None, grad_outputs[0])
        if g is None:
            return None, None, None
        s = t = torch.ones((), dtype=x.dtype)
        if torch.is_grad_enabled() or not _ordinary(x, p, q):
            s, t, x, y = _scaled(x, y, ctx.at)
            c, p, q = _parts(x, y, ctx.at)
        across = (g / (p * q)).to(x.dtype)
        first, second = (
            (torch.addcmul(a * across, b, -(g * c / n.square()).to(x.dtype)) * scale if wanted else None)
            for a, b, n, scale, wanted in (
                (y, x, p, s, ctx.needs_input_grad[0]),
                (x, y, q, t, ctx.needs_input_grad[1]),
            )
        )
        return first, second, None


_spread = cast(Callable[[Tensor, Dims], tuple[Tensor, ...]], cast(Any, _Spread).apply)
_cosine = cast(Callable[[Tensor, Tensor, Dims], tuple[Tensor, ...]], cast(Any, _Cosine).apply)


def spread(x: Tensor, at: Dims) -> tuple[Tensor, Tensor]:
    """|x - mean| and the mean along the dimensions, kept, in the accumulator's format; for `usable` numbers."""
    norm, mean, _ = _spread(x, at)
    return norm, mean


def cosine(x: Tensor, y: Tensor, at: Dims) -> Tensor:
    """The cosine, kept, in the accumulator's format, not clamped; 0 for a zero vector."""
    return _cosine(x, y, at)[0] if usable(x) and usable(y) else _of_any_size(x, y, at)
