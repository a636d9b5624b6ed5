"""The entropy of a softmax in eager mode on the CPU, whose slope does not cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._formats import accumulator
from numsan.ops._select import Rare, beyond, has_nan
from numsan.ops.logpairs import difference
from numsan.ops.shares import Dims, LogSumExp, log_softmax, log_softmax_parts, moved, softmax


def _far(x: Tensor, at: Dims, factor: Tensor) -> Tensor:
    """p times a factor, also where p is subnormal and the product is not."""
    peak = x.amax(at, keepdim=True).expand_as(x)
    d, error = difference(x, peak)
    root = torch.exp(d / 2)
    return root * (root * (factor * (1 + error) / torch.exp(d).sum(at, keepdim=True)))


def _patched(y: Tensor, rare: Rare | None, x: Tensor, at: Dims, factor: Tensor) -> Tensor:
    if rare is not None:
        y[rare] = _far(x, at, factor)[rare]
    return y


class _Entropy(Function):
    """-sum p log p; slope -p (log p + entropy), where autograd would let log p + 1 cancel."""

    @staticmethod
    def forward(x: Tensor, at: Dims) -> tuple[Tensor, Tensor]:
        log_p, p, *_ = log_softmax_parts(x, at)
        rare = beyond(p, 1e3 * torch.finfo(p.dtype).smallest_normal, 1.0)
        terms = _patched(log_p * p, rare, x, at, log_p)
        impossible = (log_p == -torch.inf) if has_nan(terms) else None
        if impossible is not None:
            terms.masked_fill_(impossible, 0.0)
        value = terms.sum(at, keepdim=True, dtype=accumulator(p)).to(p.dtype).neg_()
        gap = torch.add(log_p, value, out=log_p)
        slope = _patched(torch.mul(gap, p, out=terms), rare, x, at, gap).neg_()
        return value, slope if impossible is None else slope.masked_fill_(impossible, 0.0)

    setup_context = LogSumExp.setup_context

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        return _entropy(*moved(args[0], in_dims[0], args[1])), (0, 0)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, None]:
        x, slope = cast(tuple[Tensor, Tensor], ctx.saved_tensors)
        g = cast(Tensor | None, grad_outputs[0])
        if g is None:
            return None, None
        if not torch.is_grad_enabled():
            return g * slope, None
        log_p, p = log_softmax(x, ctx.at), softmax(x, ctx.at)
        gap = torch.where(log_p == -torch.inf, 0.0, log_p + entropy(x, ctx.at))
        return -g * p * gap, None


_entropy = cast(Callable[[Tensor, Dims], tuple[Tensor, Tensor]], cast(Any, _Entropy).apply)


def entropy(x: Tensor, at: Dims) -> Tensor:
    """The entropy of softmax(x), kept."""
    return _entropy(x, at)[0]
