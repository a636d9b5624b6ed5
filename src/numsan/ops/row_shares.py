"""Shares of rows, exp(x - max) over their sum, rounded once: the work behind `shares`, without derivatives.

float32 is computed in float64, a few rows at a time so that they stay in the cache. float64 has the exponentials
in two parts, so that what is rounded is only the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from numsan.ops._fused import PIECE
from numsan.ops.exact import product
from numsan.ops.exponential_tables import exp_pair, sum_pair, top_bits
from numsan.ops.row_totals import Dims, without_largest

Form = Callable[[Tensor, Dims, bool], tuple[Tensor, ...]]


def distances(x: Tensor, at: Dims) -> tuple[Tensor, Tensor]:
    """max (0 for a group of -inf) and x - max (0 for the +inf of a group)."""
    peak = x.amax(at, keepdim=True)
    infinite = not bool(peak.sum().isfinite())
    if infinite:
        peak = torch.where(peak == -torch.inf, 0.0, peak)
    d = x - peak
    return peak, torch.where(x == peak, 0.0, d) if infinite else d


def distance_error(x: Tensor, peak: Tensor, d: Tensor) -> Tensor:
    """What x - max lost in rounding (Knuth); 0 beside infinities."""
    back = d - x
    error = (d - back).sub_(x).neg_().sub_(back.add_(peak))
    return error.nan_to_num_(0.0, 0.0, 0.0) if bool(error.sum().isnan()) else error


@dataclass(frozen=True)
class Shares:
    """x - max and what it lost, exp(x - max), its sum without one of the largest (-1 for an empty group)."""

    d: Tensor
    error: Tensor | None
    e: Tensor
    rest: Tensor
    _whole: tuple[Tensor, Tensor, Tensor, Tensor] | None

    def times_e(self, d: Tensor, at: Dims) -> Tensor:
        """The sum of d exp(d)."""
        if self._whole is None or self.error is None:
            return (d * self.e).sum(at, keepdim=True)
        high, low, *_ = self._whole
        first = top_bits(d)
        second = (d - first).add_(self.error)
        return sum_pair(first.mul_(high), at, second.mul_(high).addcmul_(low, d))[0]

    def shares(self) -> Tensor:
        """exp(x - max) / sum; this object's e is gone afterwards."""
        if self._whole is None:
            total = self.rest + 1
            return self.e.div_(torch.where(total == 0, 1.0, total))
        high, low, total, rest = self._whole
        total = torch.where(total == 0, 1.0, total)
        inverse = 1 / total
        back, error = product(total, inverse)
        first = top_bits(inverse)
        second = (inverse - first) + inverse * ((1 - back) - error - rest * inverse)
        # the first product is exact, the others are below 2^-6 of it
        return (low * inverse).addcmul_(high, second).addcmul_(high, first)


def rows(x: Tensor, at: Dims, narrow: bool) -> Shares:
    """For float64; `narrow` if the results are wanted in float32 only."""
    peak, d = distances(x, at)
    if narrow:
        e = torch.exp(d)
        return Shares(d, None, e, without_largest(e.sum(at, keepdim=True).sub_(1), e, at, 1e-6), None)
    error = distance_error(x, peak, d)
    high, low = exp_pair(d, error)
    e, (total, rest) = high + low, sum_pair(high, at, low)
    others = without_largest((total - 1) + rest, e, at, 0.5)
    return Shares(d, error, e, others, (high, low, total, rest))


def by_rows(form: Form, x: Tensor, at: Dims) -> tuple[Tensor, ...]:
    """form in float64 on some rows at a time; what is as large as x is rounded to the format of x."""
    count, narrow = x.shape[-1], x.dtype == torch.float32
    step = max(PIECE * torch.get_num_threads() // count, 1)
    if at != (x.ndim - 1,) or not x.is_contiguous() or x.numel() <= 2 * step * count:
        return tuple(t.to(x.dtype) if t.shape == x.shape else t for t in form(x.double(), at, narrow))
    flat, outs = x.view(-1, count), list[Tensor]()
    for start in range(0, len(flat), step):
        piece = flat[start : start + step]
        parts = form(piece.double(), (1,), narrow)
        outs = outs or [_like(p, piece, len(flat)) for p in parts]
        for out, part in zip(outs, parts, strict=True):
            out[start : start + step] = part
    return tuple(out.view(*x.shape[:-1], -1) for out in outs)


def _like(part: Tensor, piece: Tensor, rows: int) -> Tensor:
    dtype = piece.dtype if part.shape == piece.shape else part.dtype
    return part.new_empty((rows, part.shape[1]), dtype=dtype)
