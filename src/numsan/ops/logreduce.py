"""Sums, means and products along a dimension, in log space."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from numsan.ops._pointwise import accumulator, floating, pointwise, together, wide
from numsan.ops.row_forms import log_mean_exp, log_sum_exp

Dim = int | Sequence[int] | None


def _minus_peak(x: Tensor, peak: Tensor) -> Tensor:
    """x - peak, with 0 where both are infinite; a true NaN comes back through the peak."""
    d = x - peak
    return torch.where(d == d, d, 0.0)


# The peak is a constant shift that cancels in the result, so its own slope is left out.
minus_peak = pointwise("minus_peak", _minus_peak, lambda x, peak: torch.ones_like(x), None)


def boolean(mask: Tensor) -> Tensor:
    """The mask, if it is one; numbers are refused, which would be counted and not looked at."""
    if mask.dtype != torch.bool:
        raise TypeError(f"a mask is a boolean tensor, True where an element takes part, got {mask.dtype}")
    return mask


def hidden(x: Tensor, keep: Tensor | None) -> Tensor:
    """x with -inf where `keep` is False."""
    return x if keep is None else torch.where(boolean(keep), x, -torch.inf)


def centred(x: Tensor, dim: tuple[int, ...], keep: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Exponents shifted so that their largest is 0, and the shift; an empty group has the shift 0."""
    x = hidden(x, keep)
    if not x.numel():
        shape = [1 if i in dim else n for i, n in enumerate(x.shape)]
        return x, x.new_zeros(shape)
    peak = x.detach().amax(dim=dim, keepdim=True)
    peak = torch.where(peak == -torch.inf, 0.0, peak)
    return minus_peak(x, peak.expand_as(x)), peak


def dims(x: Tensor, dim: Dim) -> tuple[int, ...]:
    """The dimensions as non-negative numbers; None means all. Out of range raises as in torch."""
    wanted = range(x.ndim) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    for d in wanted:
        if not -max(x.ndim, 1) <= d < max(x.ndim, 1):
            raise IndexError(f"dimension {d} is out of range for a tensor of {x.ndim} dimensions")
    return tuple(sorted({d % max(x.ndim, 1) for d in wanted})) if x.ndim else ()


def nan_or_one(peak: Tensor) -> Tensor:
    """A factor that brings back the NaN of a group."""
    return torch.where(peak.isnan(), peak, 1.0)


def _log(total: Tensor, peak: Tensor, valid: Tensor) -> Tensor:
    # log1p(total - 1) in the accumulator's format keeps what the other terms add to the largest one.
    safe = torch.where(valid, total, 1.0)
    log = torch.log1p(safe - 1) + peak
    return torch.where(valid, log, -torch.inf)


def logsumexp(
    x: Tensor,
    dim: Dim = None,
    keepdim: bool = False,
    *,
    weights: Tensor | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    r"""log(sum w exp(x)) along `dim` (all dimensions by default), over the elements where `mask` is True.

    $m+\log1p(\sum e^{x-m}-1)$, $m=\max x$, summed in float64; slope $e^{x-m}/\sum e^{x-m}$. `weights`
    (default 1) must give a positive sum, else nan; see `logsumexp_signed`. `torch.logsumexp` has the slope
    exp(x - rounded result), wrong by up to 10 % in bfloat16 and [1, 1] for [300, 300]; the written-out form
    overflows at 88.7 (11.1 in float16). Specials: an empty or all -inf group -> -inf with slopes 0; with +inf
    -> inf with slopes shared by the infinities. Under torch.compile slopes below e^-16 are right to
    2^-24 |x - max|.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> logsumexp(torch.tensor([1000.0, 1000.0])).item()
    1000.6931762695312

    Reference: Blanchard, Higham & Higham, *Accurately computing the log-sum-exp and softmax functions*, 2021.
    """
    if weights is not None:
        value, sign = logsumexp_signed(x, weights, dim, keepdim, mask=mask)
        return torch.where(sign < 0, torch.nan, value)
    at = dims(floating("logsumexp", x), dim)
    z = hidden(wide(x), mask)
    out = log_sum_exp(z, at) if x.numel() else z.sum(at, keepdim=True) - torch.inf
    return (out if keepdim else out.squeeze(at)).to(x.dtype)


def logsumexp_signed(
    x: Tensor, weights: Tensor, dim: Dim = None, keepdim: bool = False, *, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    r"""(log|sum w exp(x)|, sign of the sum) with weights of any sign, along `dim`, where `mask` is True.

    Slopes: $we^x/\sum$ in x and $e^x/\sum$ in w. An exponent of weight 0 does not take part, whatever it is.
    Specials: a sum of 0 -> (-inf, 0) with slopes 0. Cancellation between signs is the caller's: the relative
    error grows by the ratio of the sum of |w| exp(x) to the result.

    >>> [t.item() for t in logsumexp_signed(torch.tensor([1000.0, 999.0]), torch.tensor([1.0, -1.0]))]
    [999.5413208007812, 1.0]
    """
    x, weights = together("logsumexp_signed", x, weights)
    at = dims(x, dim)
    keep = (weights != 0) if mask is None else (weights != 0) & boolean(mask)
    acc = accumulator(x)
    shifted, peak = centred(x.to(acc), at, keep.expand_as(x))
    used = weights if mask is None else torch.where(mask, weights, 0.0)
    # Where the weight is 0 the exponential still gives the slope in the weight, unless the exponent was
    # masked out.
    total = (used.to(acc) * torch.exp(shifted)).sum(at, keepdim=True) * nan_or_one(peak)
    value = _log(total.abs(), peak, total != 0).to(x.dtype)
    sign = torch.sign(total.detach()).to(x.dtype)
    return (value, sign) if keepdim else (value.squeeze(at), sign.squeeze(at))


def _counted(x: Tensor, at: tuple[int, ...]) -> Tensor:
    """How many elements a group has, as one number per group."""
    shape = [1 if i in at else n for i, n in enumerate(x.shape)]
    count = 1
    for i in at:  # a product of sizes that the compiler may not know
        count = count * x.shape[i]
    return x.new_full(shape, count, dtype=accumulator(x))


def logmeanexp(x: Tensor, dim: Dim = None, keepdim: bool = False, *, mask: Tensor | None = None) -> Tensor:
    r"""log(mean of exp(x)) along `dim`, over the elements where `mask` is True; -inf for an empty group.

    $\mathrm{logsumexp}(x)-\log n$, formed before rounding. Bounds: $\min x\le$ result $\le\max x$.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> logmeanexp(torch.tensor([1000.0, 1000.0])).item()
    1000.0
    """
    at = dims(floating("logmeanexp", x), dim)
    z = hidden(wide(x), mask)
    count = _counted(x, at) if mask is None else mask.expand_as(x).sum(at, keepdim=True).to(accumulator(x))
    out = log_mean_exp(z, at, count) if x.numel() else z.sum(at, keepdim=True) - torch.inf
    return (out if keepdim else out.squeeze(at)).to(x.dtype)


def log_abs_prod(x: Tensor, dim: Dim = None, keepdim: bool = False) -> tuple[Tensor, Tensor]:
    r"""(log|prod x|, sign of the product) along `dim`: a product that can neither overflow nor underflow.

    $\sum\log|x|$ summed in float64; slope 1/x. `torch.prod` of 200 numbers of 1e-2 is 0 in float32. Specials:
    a zero among the factors -> (-inf, 0).

    >>> [round(t.item(), 3) for t in log_abs_prod(torch.full((200,), -1e-2))]
    [-921.034, 1.0]
    """
    at = dims(floating("log_abs_prod", x), dim)
    value = torch.log(wide(x).abs()).sum(at, keepdim=keepdim, dtype=accumulator(x)).to(x.dtype)
    negative = (x < 0).sum(at, keepdim=keepdim) % 2
    sign = torch.where(value == -torch.inf, 0.0, (1 - 2 * negative).to(x.dtype))
    return value, sign


def log_abs_cumprod(x: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    r"""(log|cumulative product|, its sign) along `dim`, summed in float64; slope 1/x.

    >>> [t[-1].item() for t in log_abs_cumprod(torch.full((3,), 1e30), 0)]
    [207.232666015625, 1.0]
    """
    (at,) = dims(floating("log_abs_cumprod", x), dim) or (0,)
    value = torch.log(wide(x).abs()).cumsum(at, dtype=accumulator(x)).to(x.dtype)
    negative = (x < 0).cumsum(at) % 2
    return value, torch.where(value == -torch.inf, 0.0, (1 - 2 * negative).to(x.dtype))
