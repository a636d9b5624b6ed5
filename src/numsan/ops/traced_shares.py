"""Softmax, its logarithm and log-sum-exp for the compiler and for devices: no look at the data.

A row is known by its maximum and the sum of its exponentials; every slope is built from `weights`, whose own
slope is that of softmax, so that derivatives of any order exist. Row numbers stay few: inductor computes them
again for every vector of the row. Two things the forms with a look at the data have are left out for speed: the
rounding error of x - max (shares below exp(-16) are right to 2^-24 of |x - max|) and the sum without the maximum
(losses and entropies below 1e-16 are 0).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._formats import accumulator
from numsan.ops._series import expm1_negative
from numsan.ops.shares import log_mean

Dims = tuple[int, ...]


def finite(peak: Tensor) -> Tensor:
    return peak.clamp(torch.finfo(peak.dtype).min, torch.finfo(peak.dtype).max)


def below(x: Tensor, peak: Tensor) -> Tensor:
    """x - peak with a finite peak, 0 for +inf. No mask: inductor would store it for the backward pass."""
    return -torch.relu(finite(peak) - x)


def alive(total: Tensor) -> Tensor:
    """The sum, 1 for a row of -inf."""
    return torch.where(total == 0, 1.0, total)


def row(x: Tensor, at: Dims) -> tuple[Tensor, Tensor]:
    """The maximum, and the sum of exp(x - max) in the accumulator's format, 0 for a row of -inf."""
    x = x.detach()
    peak = x.amax(at, keepdim=True)
    return peak, torch.exp(below(x, peak)).sum(at, keepdim=True, dtype=accumulator(x))


class _Weights(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, peak: Tensor, total: Tensor, at: Dims) -> Tensor:
        return torch.exp(below(x, peak)) / alive(total).to(x.dtype)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.at = inputs[3]
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        (y,) = cast(tuple[Tensor], ctx.saved_tensors)
        (g,) = grad_outputs
        return y * (g - (g * y).sum(ctx.at, keepdim=True)), None, None, None


class _Logarithm(Function):
    """A logarithm of the sum or of the mean, known already; its slopes are the shares."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, peak: Tensor, total: Tensor, at: Dims, value: Tensor) -> Tensor:
        return value.to(x.dtype, copy=True)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.at = inputs[3]
        ctx.save_for_backward(*inputs[:3])

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        (g,) = grad_outputs
        x, peak, total = cast(tuple[Tensor, ...], ctx.saved_tensors)
        if torch.compiler.is_compiling():
            # One division per row.
            return torch.exp(below(x, peak)) * (g / alive(total).to(x.dtype)), None, None, None, None
        return g * weights(x, peak, total, ctx.at), None, None, None, None


class _LogSoftmax(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, peak: Tensor, total: Tensor, at: Dims) -> Tensor:
        # A row of -inf: its x - peak is -inf already. Beside +inf every finite number is at -inf.
        apart = torch.where(peak == torch.inf, 2.0**40, 1.0)
        log = torch.log1p(alive(total) - 1).to(x.dtype)
        return below(x, peak) * apart - log

    setup_context = _Logarithm.setup_context

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        (g,) = grad_outputs
        x, peak, total = cast(tuple[Tensor, ...], ctx.saved_tensors)
        among = weights(x, peak, total, ctx.at) * g.sum(ctx.at, keepdim=True)
        return torch.where(total == 0, 0.0, g - among), None, None, None


class _HardLabels(Function):
    """log(sum exp(x)) - x_t along dimension 1, both without the maximum."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, target: Tensor, peak: Tensor, total: Tensor) -> Tensor:
        mine = below(x.gather(1, target), peak)
        return torch.where(total == 0, torch.inf, torch.log1p(total - 1) - mine).to(x.dtype)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        (g,) = grad_outputs
        x, target, peak, total = cast(tuple[Tensor, ...], ctx.saved_tensors)
        among = g * weights(x, peak, total, (1,))
        own = torch.where(total == 0, 0.0, g).to(x.dtype)
        return among.scatter_add(1, target, -own), None, None, None


weights = cast(Callable[[Tensor, Tensor, Tensor, Dims], Tensor], cast(Any, _Weights).apply)
_logarithm = cast(Callable[[Tensor, Tensor, Tensor, Dims, Tensor], Tensor], cast(Any, _Logarithm).apply)
_log_softmax = cast(Callable[[Tensor, Tensor, Tensor, Dims], Tensor], cast(Any, _LogSoftmax).apply)
_hard_labels = cast(Callable[[Tensor, Tensor, Tensor, Tensor], Tensor], cast(Any, _HardLabels).apply)


def softmax(x: Tensor, at: Dims) -> Tensor:
    """exp(x) / sum exp(x); 0 for a row of -inf."""
    return weights(x, *row(x, at), at)


def log_sum_exp(x: Tensor, at: Dims) -> Tensor:
    """logsumexp over the dimensions, kept."""
    peak, total = row(x, at)
    # log1p keeps what the others add to the largest.
    value = torch.where(total == 0, -torch.inf, torch.log1p(total - 1)) + peak
    return _logarithm(x, peak, total, at, value)


def log_mean_exp(x: Tensor, at: Dims, count: Tensor) -> Tensor:
    """log of the mean over `count` of the elements, the others being -inf; kept."""
    peak, total = row(x, at)
    gaps = expm1_negative(below(x.detach(), peak)).sum(at, keepdim=True, dtype=total.dtype)
    return _logarithm(x, peak, total, at, log_mean(total, gaps, x, count) + peak)


def log_softmax(x: Tensor, at: Dims) -> Tensor:
    """x - logsumexp(x); -inf throughout for a row of -inf."""
    return _log_softmax(x, *row(x, at), at)


def hard_label_loss(x: Tensor, target: Tensor) -> Tensor:
    """Loss per position for logits (n, c, ...) and class indices (n, ...)."""
    return _hard_labels(x, target.unsqueeze(1), *row(x, (1,))).squeeze(1)
