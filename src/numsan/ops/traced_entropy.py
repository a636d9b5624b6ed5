"""The entropy of a softmax for the compiler and for devices, whose slope has no logarithm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops.traced_shares import Dims, below, finite, row, weights


def _bounded(x: Tensor, peak: Tensor) -> Tensor:
    """x - peak as a factor of exp(x - peak), which is 0 long before the bound."""
    return (x - finite(peak)).clamp(-1e4, 0.0)


class _Mean(Function):
    """The mean m of x - max under the shares, which is known already; slope p (1 + x - max - m)."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, peak: Tensor, total: Tensor, mean: Tensor, at: Dims) -> Tensor:
        return mean.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.at = inputs[4]
        ctx.save_for_backward(*inputs[:4])

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        x, peak, total, mean = cast(tuple[Tensor, ...], ctx.saved_tensors)
        gap = _bounded(x, peak) - _mean(x, peak, total, mean, ctx.at)
        return grad_outputs[0] * weights(x, peak, total, ctx.at) * (1 + gap), None, None, None, None


class _Entropy(Function):
    """log(total) - m; slope -p (x - max - m), free of logarithms."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, peak: Tensor, total: Tensor, mean: Tensor, at: Dims) -> Tensor:
        return (torch.log1p(torch.where(total == 0, 1.0, total) - 1) - mean).to(x.dtype)

    setup_context = _Mean.setup_context

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        x, peak, total, mean = cast(tuple[Tensor, ...], ctx.saved_tensors)
        gap = _mean(x, peak, total, mean, ctx.at) - _bounded(x, peak)
        return grad_outputs[0] * weights(x, peak, total, ctx.at) * gap, None, None, None, None


_mean = cast(Callable[[Tensor, Tensor, Tensor, Tensor, Dims], Tensor], cast(Any, _Mean).apply)
_entropy = cast(Callable[[Tensor, Tensor, Tensor, Tensor, Dims], Tensor], cast(Any, _Entropy).apply)


def entropy(x: Tensor, at: Dims) -> Tensor:
    """The entropy of softmax(x), kept."""
    peak, total = row(x, at)
    z = x.detach()
    moment = (torch.exp(below(z, peak)) * _bounded(z, peak)).sum(at, keepdim=True, dtype=total.dtype)
    mean = (moment / torch.where(total == 0, 1.0, total)).to(x.dtype)
    return _entropy(x, peak, total, mean, at)
