"""Softmax, its logarithm and log-sum-exp in eager mode on the CPU: one pass of exponentials for value and slope.

exp(x - max) with the rounding error of the difference put back, and the largest term left out of the sum
(Blanchard, Higham & Higham 2021), so that neither a confident prediction nor its gradient rounds to 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._fused import on_cpu
from numsan.ops.row_shares import by_rows, distance_error, distances, rows
from numsan.ops.row_totals import Dims, rest_of


def usable(x: Tensor) -> bool:
    """Whether the forms of this file may be used: they look at the data."""
    return on_cpu(x) and not torch.compiler.is_compiling() and x.ndim > 0 and x.numel() > 0


def exponentials(x: Tensor, at: Dims, keep: bool = True) -> tuple[Tensor, Tensor, Tensor]:
    """max, x - max if it is to be kept, and exp(x - max); max is 0 for a group of -inf."""
    peak, d = distances(x, at)
    # Up to 16 the error of the difference changes the exponential by less than 5e-7.
    if d.amin().item() >= -16:
        return peak, d, torch.exp(d) if keep else d.exp_()
    e = torch.exp(d)
    return peak, d, e.addcmul_(e, distance_error(x, peak, d))


def weights_of(e: Tensor, rest: Tensor) -> Tensor:
    total = (rest + 1).to(e.dtype)
    return e.div_(torch.where(total == 0, 1.0, total))


def moved(x: Tensor, in_dim: int | None, at: Dims) -> tuple[Tensor, Dims]:
    front = x if in_dim is None else x.movedim(in_dim, 0)
    return front, tuple(i + 1 for i in at)


def batched(tensors: Iterable[Tensor], in_dims: Iterable[int | None], size: int) -> Iterator[Tensor]:
    """The tensors with the dimension of vmap in front, also those that have none."""
    for t, d in zip(tensors, in_dims, strict=True):
        yield t.expand(size, *t.shape) if d is None else t.movedim(d, 0)


def log_mean(total: Tensor, gaps: Tensor, x: Tensor, count: Tensor) -> Tensor:
    """log(total / count) from the sum of exp(x - max) and that of exp(x - max) - 1, which keeps the digits of a
    mean near 1; what is not counted of a row of x is -inf."""
    few = count.clamp(min=1)
    mean = total / few
    gap = (gaps + (x.numel() // max(total.numel(), 1) - count)) / few
    return torch.where(mean > 0.5, torch.log1p(gap), torch.log(mean))


class LogSumExp(Function):
    """log of the sum, or of the mean over `count` elements."""

    @staticmethod
    def forward(x: Tensor, at: Dims, count: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        peak, d, e = exponentials(x, at, keep=count is not None)
        rest = rest_of(e, at)
        if count is None:
            return (torch.log1p(rest) + peak).to(x.dtype), e, rest
        far = not bool((rest + 1 > 0.5 * count).any())
        gaps = rest if far else d.expm1_().sum(at, keepdim=True, dtype=rest.dtype)
        return (log_mean(rest + 1, gaps, x, count) + peak).to(x.dtype), e, rest

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        x, ctx.at, *_ = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, *output[1:])

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        count = args[2] if args[2] is None else moved(args[2], in_dims[2], ())[0]
        if in_dims[2] is None and count is not None:
            count = count.unsqueeze(0)
        return _log_sum_exp(*moved(args[0], in_dims[0], args[1]), count), (0, 0, 0)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, None, None]:
        x, e, rest = cast(tuple[Tensor, ...], ctx.saved_tensors)
        g = cast(Tensor | None, grad_outputs[0])
        if g is None:
            return None, None, None
        if torch.is_grad_enabled():
            return g * softmax(x, ctx.at), None, None
        total = rest + 1
        return e * (g / torch.where(total == 0, 1.0, total)).to(x.dtype), None, None


def _logarithms(x: Tensor, at: Dims, narrow: bool) -> tuple[Tensor, Tensor, Tensor]:
    """log_softmax, softmax, and the sum without the largest."""
    row = rows(x, at, narrow)
    empty = row.rest == -1
    log = torch.where(empty, 0.0, torch.log1p(row.rest))
    y = row.d - log
    if row.error is not None:
        # what the second difference lost
        y.add_((row.d - y).sub_(log).add_(row.error).nan_to_num_(0.0, 0.0, 0.0))
    return y.masked_fill_(empty, -torch.inf), row.shares(), row.rest


class _LogSoftmax(Function):
    @staticmethod
    def forward(x: Tensor, at: Dims) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        y, weights, rest = by_rows(_logarithms, x, at)
        empty = rest == -1
        others = rest - rest * (rest / (rest + 1))
        return y, weights, 1 - empty.to(x.dtype), torch.where(empty | (rest > 1), 1.0, others)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Dims], output: tuple[Tensor, ...]) -> None:
        x, ctx.at = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, *output[1:])

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        return log_softmax_parts(*moved(args[0], in_dims[0], args[1])), (0, 0, 0, 0)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, None]:
        x, weights, alive, others = cast(tuple[Tensor, ...], ctx.saved_tensors)
        g = cast(Tensor | None, grad_outputs[0])
        if g is None:
            return None, None
        if torch.is_grad_enabled():
            return (g - softmax(x, ctx.at) * g.sum(ctx.at, keepdim=True)) * alive, None
        total = g.sum(ctx.at, keepdim=True, dtype=others.dtype)
        grad = (g - weights * total.to(g.dtype)).mul_(alive)
        if len(ctx.at) > 1:
            return grad, None
        # 1 - p of a confident prediction is what the others have together, which does not cancel.
        top = weights.argmax(ctx.at[0], keepdim=True)
        at_top = (others * total - (total - g.gather(ctx.at[0], top))) * alive
        chosen = torch.where(others < 1, at_top.to(g.dtype), grad.gather(ctx.at[0], top))
        return grad.scatter_(ctx.at[0], top, chosen), None


def _only_shares(x: Tensor, at: Dims, narrow: bool) -> tuple[Tensor]:
    return (rows(x, at, narrow).shares(),)


class _Softmax(Function):
    @staticmethod
    def forward(x: Tensor, at: Dims) -> Tensor:
        return by_rows(_only_shares, x, at)[0]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Dims], output: Tensor) -> None:
        x, ctx.at = inputs
        ctx.save_for_backward(x, output)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        return softmax(*moved(args[0], in_dims[0], args[1])), 0

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None]:
        x, y = cast(tuple[Tensor, Tensor], ctx.saved_tensors)
        (g,) = grad_outputs
        p = softmax(x, ctx.at) if torch.is_grad_enabled() else y
        part = g * p
        return torch.addcmul(part, p, part.sum(ctx.at, keepdim=True), value=-1), None


_log_sum_exp = cast(Callable[[Tensor, Dims, Tensor | None], tuple[Tensor, ...]], cast(Any, LogSumExp).apply)
log_softmax_parts = cast(Callable[[Tensor, Dims], tuple[Tensor, ...]], cast(Any, _LogSoftmax).apply)
softmax = cast(Callable[[Tensor, Dims], Tensor], cast(Any, _Softmax).apply)


def log_sum_exp(x: Tensor, at: Dims) -> Tensor:
    """logsumexp over the dimensions, kept; for `usable` float32 and float64."""
    return _log_sum_exp(x, at, None)[0]


def log_mean_exp(x: Tensor, at: Dims, count: Tensor) -> Tensor:
    """log of the mean over `count` of the elements, the others being -inf; kept."""
    return _log_sum_exp(x, at, count)[0]


def log_softmax(x: Tensor, at: Dims) -> Tensor:
    """x - logsumexp(x); -inf throughout for a group of -inf."""
    return log_softmax_parts(x, at)[0]
