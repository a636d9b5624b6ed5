"""exp in float64 as the sum of two numbers, right to 2^-58: from a table, and a short series around it."""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import cache

import torch
from torch import Tensor

_STEPS, _COARSE = 128, 512  # entries per unit of the exponent, and per block of the table
_FIRST, _LAST = -746, 688  # from 0 to where the split overflows


def top_bits(x: Tensor) -> Tensor:
    """x rounded to 26 bits (Veltkamp): products of two such numbers are exact."""
    away = x * 134217729.0
    return away - (away - x)


def _powers(start: int, step: Decimal, count: int) -> tuple[Tensor, Tensor]:
    """exp(start + step i) in two parts, the first of 26 bits."""
    exact = [(start + step * i).exp() for i in range(count)]
    high = top_bits(torch.tensor([float(v) for v in exact], dtype=torch.float64))
    low = [float(v - Decimal(h.item())) for v, h in zip(exact, high, strict=True)]
    return high, torch.tensor(low, dtype=torch.float64)


@cache
def _table() -> tuple[Tensor, Tensor]:
    """exp(_FIRST + i / _STEPS) in two parts, the first of 26 bits: products of a coarse and a fine table."""
    with localcontext() as context, torch.device("cpu"):
        context.prec, context.Emin = 50, -(10**6)
        blocks = (_LAST - _FIRST) * _STEPS // _COARSE + 1
        a, a_low = (t.unsqueeze(1) for t in _powers(_FIRST, Decimal(_COARSE) / _STEPS, blocks))
        b, b_low = _powers(0, 1 / Decimal(_STEPS), _COARSE)
    first, rest = a * b, a * b_low + a_low * (b + b_low)
    high = top_bits(first + rest)
    return high.view(-1), ((first - high) + rest).view(-1)


def exp_pair(d: Tensor, error: Tensor) -> tuple[Tensor, Tensor]:
    """exp(d + error) in two parts, the first of 26 bits, for d up to _LAST in float64 and a small error."""
    high, low = _table()
    d = d.clamp(_FIRST, _LAST)
    steps = torch.round(d * _STEPS)
    r = torch.sub(d, steps, alpha=1 / _STEPS).add_(error)
    growth = (r * (1 / 120)).add_(1 / 24)
    for c in (1 / 6, 0.5, 1.0):
        growth.mul_(r).add_(c)
    growth.mul_(r)
    at = steps.nan_to_num_(0.0).sub_(_FIRST * _STEPS).long().view(-1)
    big, small = (t.index_select(0, at).view_as(d) for t in (high, low))
    return big, growth.mul_(big + small).add_(small)


def sum_pair(x: Tensor, at: tuple[int, ...], low: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The sum of x, and of numbers `low` far below them, in two parts, for groups of up to 2^21 numbers."""
    _, exponent = torch.frexp(x.abs().amax(at, keepdim=True))
    # multiples of 2^-31 of the largest add up without rounding
    ruler = torch.ldexp(torch.full_like(exponent, 3 << 20, dtype=x.dtype), exponent)
    fixed = (x + ruler).sub_(ruler)
    rest = x - fixed
    rest = (rest if low is None else rest.add_(low)).sum(at, keepdim=True)
    exact = fixed.sum(at, keepdim=True)
    total = exact + rest
    return total, rest.sub_(total - exact)
