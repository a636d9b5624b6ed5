"""Sums of the exponentials of rows, in which the largest is 1, without losing what the others add to it."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor

from numsan.ops._formats import accumulator
from numsan.ops.exponential_tables import sum_pair

Dims = tuple[int, ...]
_SMALL = {torch.float32: 1e-6, torch.float64: 0.5}  # below it, a sum minus 1 has lost digits
_BLOCK, _MANY = (
    40,
    9.0,
)  # above this total the rounding of the sums of blocks is lost in that of the logarithm


def _long_sum(e: Tensor, at: Dims) -> Tensor | None:
    """The sum of long rows of float32: blocks in float32, in float64 only their sums, at a third of the time."""
    count = e.shape[-1]
    if e.dtype != torch.float32 or at != (e.ndim - 1,) or count < 8 * _BLOCK:
        return None
    whole, acc = count // _BLOCK * _BLOCK, accumulator(e)
    blocks = cast(Tensor, e[..., :whole].unflatten(-1, (-1, _BLOCK)))
    total = blocks.sum(-1).sum(-1, keepdim=True, dtype=acc)
    return total if whole == count else total + e[..., whole:].sum(-1, keepdim=True, dtype=acc)


def rest_of(e: Tensor, at: Dims) -> Tensor:
    """The sum of all exponentials but one of the largest; -1 for an empty group. Looks at the data."""
    total = _long_sum(e, at)
    if total is not None and bool((total > _MANY).all()):
        return total.sub_(1)
    rest = e.sum(at, keepdim=True, dtype=accumulator(e)).sub_(1)
    return without_largest(rest, e, at, _SMALL[e.dtype])


def without_largest(rest: Tensor, e: Tensor, at: Dims, small: float) -> Tensor:
    """The sums minus 1; where they are small, what the others add up to. Looks at the data."""
    few = rest < small
    if not bool(few.any()):
        return rest
    top = e == 1
    others = torch.where(top, 0.0, e)
    others = (
        sum_pair(others, at)[0]
        if e.dtype == torch.float64
        else others.sum(at, keepdim=True, dtype=rest.dtype)
    )
    return torch.where(few & (rest > -1), others + (top.sum(at, keepdim=True) - 1), rest)
