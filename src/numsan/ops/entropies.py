"""The entropy of a softmax in eager mode on the CPU, whose slope does not cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from numsan.ops._select import beyond
from numsan.ops.logpairs import difference
from numsan.ops.row_shares import by_rows, rows
from numsan.ops.shares import Dims, LogSumExp, log_softmax, moved, softmax

_FAR = -1e4  # from here on exp(d) is 0, also times d


def _far(x: Tensor, at: Dims, total: Tensor, mean: Tensor) -> Tensor:
    """The slope also where exp(d) is subnormal and the product is not."""
    peak = x.amax(at, keepdim=True).expand_as(x)
    d, error = difference(x, peak)
    d = d.clamp(min=_FAR)
    root = torch.exp(d / 2)
    return root * (root * ((mean - d) * (1 + error) / total))


def _parts(x: Tensor, at: Dims, narrow: bool) -> tuple[Tensor, Tensor]:
    """Value and slope. The mean of d = x - max under the shares is all they need of p log p."""
    row = rows(x, at, narrow)
    total = row.rest + 1
    total = torch.where(total == 0, 1.0, total)
    d = row.d.clamp_(min=_FAR)
    mean = row.times_e(d, at).div_(total)
    value = torch.log1p(torch.where(row.rest == -1, 0.0, row.rest)) - mean
    shares = row.shares()
    gap = torch.sub(mean, d, out=d)
    if row.error is None:
        return value, gap.mul_(shares)
    rare = beyond(shares, 1e3 * torch.finfo(x.dtype).smallest_normal, 1.0)
    slope = gap.sub_(row.error).mul_(shares)
    if rare is not None:
        slope[rare] = _far(x, at, total, mean)[rare]
    return value, slope


class _Entropy(Function):
    """-sum p log p; slope -p (log p + entropy), where autograd would let log p + 1 cancel."""

    @staticmethod
    def forward(x: Tensor, at: Dims) -> tuple[Tensor, Tensor]:
        value, slope = by_rows(_parts, x, at)
        return value.to(x.dtype), slope

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
