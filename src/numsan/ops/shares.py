"""Softmax, its logarithm and log-sum-exp in eager mode on the CPU: one pass of exponentials for value and slope.

exp(x - max) with the rounding error of the difference put back, and the largest term left out of the sum
(Blanchard, Higham & Higham 2021), so that neither a confident prediction nor its gradient rounds to 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._formats import accumulator
from numsan.ops._fused import on_cpu
from numsan.ops._select import has_nan

Dims = tuple[int, ...]
_SMALL = {torch.float32: 1e-6, torch.float64: 0.5}  # below it, a sum minus 1 has lost digits


def usable(x: Tensor) -> bool:
    """Whether the forms of this file may be used: they look at the data."""
    return on_cpu(x) and not torch.compiler.is_compiling() and x.ndim > 0 and x.numel() > 0


def _exponentials(x: Tensor, at: Dims) -> tuple[Tensor, Tensor, Tensor]:
    """max, x - max and exp(x - max); max is 0 for a group of -inf."""
    peak = x.amax(at, keepdim=True)
    infinite = not bool(peak.sum().isfinite())
    peak = torch.where(peak == -torch.inf, 0.0, peak) if infinite else peak
    d = x - peak
    if infinite:
        d = torch.where(x == peak, 0.0, d)
    back = d - x
    error = (d - back).sub_(x).neg_().sub_(back.add_(peak))
    if has_nan(error):
        error.nan_to_num_(0.0, 0.0, 0.0)
    e = torch.exp(d, out=back)
    return peak, d, e.addcmul_(e, error)


def _rest(e: Tensor, d: Tensor, at: Dims) -> Tensor:
    """The sum of all exponentials but one of the largest; -1 for an empty group."""
    acc = accumulator(e)
    rest = e.sum(at, keepdim=True, dtype=acc).sub_(1)
    small = rest < _SMALL[e.dtype]
    if not bool(small.any()):
        return rest
    top = d == 0
    exact = torch.where(top, 0.0, e).sum(at, keepdim=True, dtype=acc) + (top.sum(at, keepdim=True) - 1)
    return torch.where(small & (rest > -1), exact, rest)


def _weights(e: Tensor, rest: Tensor) -> Tensor:
    total = (rest + 1).to(e.dtype)
    return e.div_(torch.where(total == 0, 1.0, total))


def _moved(x: Tensor, in_dim: int | None, at: Dims) -> tuple[Tensor, Dims]:
    front = x if in_dim is None else x.movedim(in_dim, 0)
    return front, tuple(i + 1 for i in at)


class _LogSumExp(Function):
    @staticmethod
    def forward(x: Tensor, at: Dims) -> tuple[Tensor, Tensor]:
        peak, d, e = _exponentials(x, at)
        rest = _rest(e, d, at)
        return (torch.log1p(rest) + peak).to(x.dtype), _weights(e, rest)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Dims], output: tuple[Tensor, Tensor]) -> None:
        x, ctx.at = inputs
        ctx.mark_non_differentiable(output[1])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, output[1])

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        return _log_sum_exp(*_moved(args[0], in_dims[0], args[1])), (0, 0)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, None]:
        x, weights = cast(tuple[Tensor, Tensor], ctx.saved_tensors)
        g = cast(Tensor | None, grad_outputs[0])
        if g is None:
            return None, None
        return g * (softmax(x, ctx.at) if torch.is_grad_enabled() else weights), None


class _LogSoftmax(Function):
    @staticmethod
    def forward(x: Tensor, at: Dims) -> tuple[Tensor, Tensor, Tensor]:
        _, d, e = _exponentials(x, at)
        rest = _rest(e, d, at)
        log = torch.log1p(rest).to(x.dtype)
        empty = rest == -1
        y = d.sub_(torch.where(empty, 0.0, log)).masked_fill_(empty, -torch.inf)
        return y, _weights(e, rest), 1 - empty.to(x.dtype)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Dims], output: tuple[Tensor, ...]) -> None:
        x, ctx.at = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, *output[1:])

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        return _log_softmax(*_moved(args[0], in_dims[0], args[1])), (0, 0, 0)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, None]:
        x, weights, alive = cast(tuple[Tensor, Tensor, Tensor], ctx.saved_tensors)
        g = cast(Tensor | None, grad_outputs[0])
        if g is None:
            return None, None
        p = softmax(x, ctx.at) if torch.is_grad_enabled() else weights
        return (g - p * g.sum(ctx.at, keepdim=True)) * alive, None


class _Softmax(Function):
    @staticmethod
    def forward(x: Tensor, at: Dims) -> Tensor:
        _, d, e = _exponentials(x, at)
        return _weights(e, _rest(e, d, at))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Dims], output: Tensor) -> None:
        x, ctx.at = inputs
        ctx.save_for_backward(x, output)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        return softmax(*_moved(args[0], in_dims[0], args[1])), 0

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None]:
        x, y = cast(tuple[Tensor, Tensor], ctx.saved_tensors)
        (g,) = grad_outputs
        p = softmax(x, ctx.at) if torch.is_grad_enabled() else y
        return p * (g - (g * p).sum(ctx.at, keepdim=True)), None


class _Entropy(Function):
    """-sum p log p; slope -p (log p + entropy), where autograd would let log p + 1 cancel."""

    @staticmethod
    def forward(x: Tensor, at: Dims) -> Tensor:
        log_p, p, _ = _log_softmax(x, at)
        return _expected(p, log_p, at).neg_()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Dims], output: Tensor) -> None:
        x, ctx.at = inputs
        ctx.save_for_backward(x)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        return entropy(*_moved(args[0], in_dims[0], args[1])), 0

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None]:
        (g,), (x,) = grad_outputs, cast(tuple[Tensor], ctx.saved_tensors)
        log_p, p = log_softmax(x, ctx.at), softmax(x, ctx.at)
        gap = torch.where(log_p == -torch.inf, 0.0, log_p + entropy(x, ctx.at))
        return -g * p * gap, None


def _expected(p: Tensor, log_p: Tensor, at: Dims) -> Tensor:
    """sum p log p, where an impossible class counts 0."""
    terms = torch.where(log_p == -torch.inf, 0.0, p * log_p)
    return terms.sum(at, keepdim=True, dtype=accumulator(p)).to(p.dtype)


_log_sum_exp = cast(Callable[[Tensor, Dims], tuple[Tensor, Tensor]], cast(Any, _LogSumExp).apply)
_log_softmax = cast(Callable[[Tensor, Dims], tuple[Tensor, Tensor, Tensor]], cast(Any, _LogSoftmax).apply)
entropy = cast(Callable[[Tensor, Dims], Tensor], cast(Any, _Entropy).apply)
softmax = cast(Callable[[Tensor, Dims], Tensor], cast(Any, _Softmax).apply)


def log_sum_exp(x: Tensor, at: Dims) -> Tensor:
    """logsumexp over the dimensions, kept; for `usable` float32 and float64."""
    return _log_sum_exp(x, at)[0]


def log_softmax(x: Tensor, at: Dims) -> Tensor:
    """x - logsumexp(x); -inf throughout for a group of -inf."""
    return _log_softmax(x, at)[0]
