"""Products with their rounding error, and the wider format that pointwise tails are computed in."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops._pointwise import accumulator


def _split(x: Tensor) -> tuple[Tensor, Tensor]:
    """Two halves whose products are exact (Veltkamp)."""
    factor = 134217729.0 if x.dtype == torch.float64 else 4097.0
    scaled = x * factor
    high = scaled - (scaled - x)
    return high, x - high


def product(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """x * y rounded, and its rounding error (Dekker 1971); for moderate sizes."""
    p = x * y
    (a, b), (c, d) = _split(x), _split(y)
    return p, ((a * c - p) + a * d + b * c) + b * d


def wider(x: Tensor) -> Tensor:
    return x.to(torch.promote_types(x.dtype, accumulator(x)))


def normal(x: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
    """The sum of two numbers rounded, and what that loses, if the first is the larger."""
    total = x + low
    return total, (x - total).add_(low)


def times(x: Tensor, x_low: Tensor, y: Tensor, y_low: Tensor) -> Tensor:
    return (x * y_low).addcmul_(x_low, y).addcmul_(x, y)
