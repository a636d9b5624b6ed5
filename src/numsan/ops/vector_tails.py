"""Tails of the normal distribution in float32 for the compiler: no float64, no scalar code.

exp(-x^2) takes the rounding error of the square back (Dekker 1971); the scaled
tail erfcx(z) = P(u)/(z + 2), u = 1 - 4/(z + 2), is one polynomial for all z >= 0, fitted here with mpmath.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops._select import where
from numsan.ops._series import horner

_SCALED = (
    8.27187395771034e-05, 7.458755862899125e-05, -0.000595416291616857, -0.0008641864405944943,
    0.0030560214072465897, 0.006488810759037733, -0.02150268293917179, -0.0364437960088253,
    0.27947142720222473, -0.6871606111526489, 1.0215827226638794,
)  # fmt: skip
# (1 + z)^2 (2/sqrt(pi) - 2 z erfcx(z)) in the same u
_SLOPE = (
    -9.851443610386923e-05, 3.12373558699619e-05, 0.0007261892897076905, 0.00015295474440790713,
    -0.003027163678780198, -0.002498662332072854, 0.010784700512886047, 0.01439595501869917,
    -0.04477526992559433, -0.041893042623996735, 0.2009783685207367, -0.08507221192121506,
    -0.4466831088066101, 0.9611681699752808,
)  # fmt: skip
# erf(x)/x in x^2 up to 1
_ERF = (
    7.853854913264513e-05, -0.0008010191959328949, 0.00518832728266716, -0.026853810995817184,
    0.1128358542919159, -0.3761262595653534, 1.1283791065216064,
)  # fmt: skip
_PHI0 = 1 / math.sqrt(2 * math.pi)
_PEAK = 2 / math.sqrt(math.pi)
_ROOT_HALF = math.sqrt(0.5)


def _square(x: Tensor) -> tuple[Tensor, Tensor]:
    """x * x and its rounding error."""
    away = 4097 * x
    high = away - (away - x)
    square = x * x
    return square, (high * high - square) + (x - high) * (x + high)


def bell(size: Tensor, rate: float) -> Tensor:
    """exp(-rate x^2) of 0 <= x <= 30."""
    square, error = _square(size)
    whole = torch.exp(-rate * square)
    return whole - whole * (rate * error)


def _fraction(z: Tensor) -> tuple[Tensor, Tensor]:
    """P(u) and z + 2, for z >= 0."""
    below = z + 2
    return horner(_SCALED, 1 - 4 / below), below


def scaled(z: Tensor) -> Tensor:
    """erfcx(z) for z >= 0."""
    above, below = _fraction(z)
    return above / below


def _tail(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """|x|, (1 - Phi(|x|)) / exp(-x^2/2), and exp(-x^2/2)."""
    size = x.abs().clamp(max=30.0)
    return size, scaled(size * _ROOT_HALF) * 0.5, bell(size, 0.5)


def ndtr(x: Tensor) -> Tensor:
    _, ratio, density = _tail(x)
    tail = ratio * density
    return where(x > 0, 1 - tail, tail)


def ndtr_slope(x: Tensor) -> Tensor:
    return bell(x.abs().clamp(max=30.0), 0.5) * _PHI0


def gelu(x: Tensor) -> Tensor:
    # x Phi(x) = max(x, 0) - |x| (1 - Phi(|x|))
    size, ratio, density = _tail(x)
    return torch.relu(x) - size * ratio * density


def gelu_slope(x: Tensor) -> Tensor:
    size, ratio, density = _tail(x)
    left = (ratio - size * _PHI0) * density
    return where(x > 0, 1 - left, left)


def log_ndtr(x: Tensor) -> Tensor:
    size = x.abs()
    ratio = scaled(size * _ROOT_HALF) * 0.5
    tail = ratio * bell(size.clamp(max=30.0), 0.5)
    rest = 1 - tail
    left = x < 0
    # on the right log1p(-tail), with what 1 - tail rounds away
    small = where(left, -size * (0.5 * size), ((1 - rest) - tail) / rest)
    return torch.log(where(left, ratio, rest)) + small


def hazard(x: Tensor) -> Tensor:
    size = x.abs()
    above, below = _fraction(size * _ROOT_HALF)
    density = bell(size.clamp(max=30.0), 0.5)
    left = x < 0
    # one division for either side: phi/Phi
    part = where(left, 2 * _PHI0, _PHI0 * density)
    whole = where(left, above / below, 1 - 0.5 * above / below * density)
    return part / whole


def erf(x: Tensor) -> Tensor:
    square = x * x
    return where(square < 1, horner(_ERF, square) * x, torch.erf(x))


def erf_slope(x: Tensor) -> Tensor:
    return bell(x.abs().clamp(max=30.0), 1.0) * _PEAK


def erfc(x: Tensor) -> Tensor:
    size = x.abs().clamp(max=30.0)
    tail = scaled(size) * bell(size, 1.0)
    return where(x < 0, 2 - tail, tail)


def erfc_slope(x: Tensor) -> Tensor:
    return -erf_slope(x)


def erfcx(x: Tensor) -> Tensor:
    # erfcx(x) = 2 exp(x^2) - erfcx(-x); beyond 10 on the left it is infinite
    square, error = _square(torch.relu(-x).clamp(max=10.0))
    folded = torch.exp(square)
    tail = scaled(x.abs())
    return where(x < 0, 2 * (folded + folded * error) - tail, tail)


def erfcx_slope(x: Tensor) -> Tensor:
    size = x.abs()
    part = 1 / (size + 2)
    near = 1 / (1 + size)
    right = -horner(_SLOPE, 1 - 4 * part) * near * near
    return where(x > 0, right, 2 * x * erfcx(x) - _PEAK)
