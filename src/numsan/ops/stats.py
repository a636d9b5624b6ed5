"""Variance, correlation and means over groups that may be empty."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops._pointwise import accumulator, floating, wide
from numsan.ops.guards import safe_sqrt
from numsan.ops.lengths import length
from numsan.ops.logreduce import Dim, boolean, dims
from numsan.ops.normalization import standardize
from numsan.ops.normalized import traceable, variance_sum
from numsan.ops.shares import usable
from numsan.ops.softmaxes import softmax
from numsan.ops.spreads import deviations, spread


def _spread(name: str, x: Tensor, dim: Dim, correction: float, root: bool) -> tuple[Tensor, Tensor, float]:
    """The sum of squared deviations or its `root`, the mean, and the divisor."""
    at = dims(floating(name, x), dim)
    count = math.prod([x.shape[i] for i in at])
    inner = wide(x)
    if count and traceable(inner):
        squares, mean = variance_sum(inner, at)
        return safe_sqrt(squares) if root else squares, mean, count - correction
    if count and usable(inner):
        norm, mean = spread(inner, at)
        return norm if root else norm.square(), mean, count - correction
    d, mean = deviations(inner, at)
    if not count:
        return torch.full_like(mean, torch.nan), mean, 1.0
    norm = length(d, at)
    return norm if root else norm.square(), mean, count - correction


def var_mean(
    x: Tensor, dim: Dim = None, correction: float = 1, keepdim: bool = False
) -> tuple[Tensor, Tensor]:
    r"""(variance, mean) along `dim` with the divisor n - correction, from deviations with a residual mean.

    E[x^2] - E[x]^2 loses every digit at mean 1e4 (float32); `x.var()` over all elements is off by 7e-4 at
    mean 1e6 and its gradient by 0.7 %. A divisor <= 0 gives nan, as in torch.

    >>> [t.item() for t in var_mean(torch.tensor([1e8, 1e8 + 8, 1e8 + 16]))]
    [64.0, 100000008.0]

    Reference: Chan, Golub & LeVeque, *Algorithms for computing the sample variance*, 1983.
    """
    squares, mean, divisor = _spread("var_mean", x, dim, correction, root=False)
    at = dims(x, dim)
    var = squares / divisor if divisor > 0 else torch.full_like(squares, torch.nan)
    pair = (var.to(x.dtype), mean.to(x.dtype))
    return pair if keepdim else (pair[0].squeeze(at), pair[1].squeeze(at))


def var(x: Tensor, dim: Dim = None, correction: float = 1, keepdim: bool = False) -> Tensor:
    r"""The variance of `var_mean`.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> var(torch.tensor([1e8, 1e8 + 8, 1e8 + 16])).item()
    64.0
    """
    return var_mean(x, dim, correction, keepdim)[0]


def std(x: Tensor, dim: Dim = None, correction: float = 1, keepdim: bool = False) -> Tensor:
    r"""The standard deviation, from the norm of the deviations: no overflow, slope 0 for constant data.

    `torch.std([1e8, 1e8 + 8, 1e8 + 16])` is 12.65 (exact: 8); sqrt(var) has an infinite slope at 0.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> std(torch.tensor([1e8, 1e8 + 8, 1e8 + 16])).item()
    8.0
    """
    norm, _, divisor = _spread("std", x, dim, correction, root=True)
    out = norm / math.sqrt(divisor) if divisor > 0 else torch.full_like(norm, torch.nan)
    return out.to(x.dtype) if keepdim else out.squeeze(dims(x, dim)).to(x.dtype)


def corrcoef(x: Tensor) -> Tensor:
    r"""Correlations between the rows of x, in [-1, 1]; a constant row has correlation 0 with all others, 1
    with itself.

    `torch.corrcoef` gives NaN for a constant row.

    >>> corrcoef(torch.tensor([[1.0, 1.0, 1.0], [1.0, 2.0, 3.0]])).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if floating("corrcoef", x).ndim != 2:
        raise ValueError(f"corrcoef needs a matrix, got shape {tuple(x.shape)}")
    z = standardize(x.to(accumulator(x)), 1) / math.sqrt(max(x.shape[1], 1))
    r = z @ z.T
    one = torch.eye(x.shape[0], dtype=torch.bool, device=x.device)
    return torch.where(one, 1.0, r + (r.clamp(-1, 1) - r).detach()).to(x.dtype)


def masked_mean(
    x: Tensor, mask: Tensor, dim: Dim = None, keepdim: bool = False, empty: float = 0.0
) -> Tensor:
    r"""The mean over `dim` of the elements where `mask` is True; `empty` with gradient 0 for a group without
    any.

    (x * mask).sum() / mask.sum() is 0/0 for an empty group, and NaN where a hidden element is infinite.

    >>> mask = torch.tensor([[True, False], [False, False]])
    >>> masked_mean(torch.tensor([[1.0, torch.inf], [5.0, 7.0]]), mask, 1).tolist()
    [1.0, 0.0]
    """
    at = dims(floating("masked_mean", x), dim)
    visible = torch.where(boolean(mask), wide(x), 0.0)
    total = visible.sum(at, keepdim=True, dtype=accumulator(x))
    count = mask.expand_as(x).sum(at, keepdim=True)
    mean = torch.where(count > 0, total / count.clamp(min=1), empty).to(x.dtype)
    return mean if keepdim else mean.squeeze(at)


def masked_var(
    x: Tensor, mask: Tensor, dim: Dim = None, correction: float = 0, keepdim: bool = False, empty: float = 0.0
) -> Tensor:
    r"""The variance over `dim` where `mask` is True; `empty` with gradient 0 where n <= correction.

    >>> masked_var(torch.tensor([1.0, 3.0, 99.0]), torch.tensor([True, True, False])).item()
    1.0
    """
    at = dims(floating("masked_var", x), dim)
    inner = wide(x)
    visible = torch.where(boolean(mask), inner, 0.0)
    centre = masked_mean(visible.detach().to(accumulator(x)), mask, at, keepdim=True).to(inner.dtype)
    d = torch.where(mask, visible - centre, 0.0)
    d = torch.where(mask, d - masked_mean(d, mask, at, keepdim=True), 0.0)
    divisor = mask.expand_as(x).sum(at, keepdim=True) - correction
    square = length(d, at).square()
    out = torch.where(divisor > 0, square / divisor.clamp(min=1e-30), empty).to(x.dtype)
    return out if keepdim else out.squeeze(at)


def softmax_pool(x: Tensor, scores: Tensor, dim: int, mask: Tensor | None = None) -> Tensor:
    r"""sum softmax(scores) x along `dim`, over the elements where `mask` is True; 0 for a group without any.

    Attention pooling over padding: with `torch.softmax` a group that is all padding gives NaN, and hidden
    infinities give 0 * inf.

    >>> softmax_pool(torch.tensor([2.0, torch.inf]), torch.zeros(2), 0, torch.tensor([True, False])).item()
    2.0
    """
    floating("softmax_pool", x)
    weights = softmax(scores, dim, mask=mask)
    visible = x if mask is None else torch.where(boolean(mask), x, 0.0)
    return (wide(weights) * wide(visible)).sum(dim, dtype=accumulator(x)).to(x.dtype)
