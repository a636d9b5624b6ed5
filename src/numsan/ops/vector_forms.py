"""Float32 forms of some operations for the compiler: few masks, one logarithm, short polynomials.

What costs in inductor's vector code on the CPU: a logarithm or an exponential as much as 15 to 25 plain
operations, a division as 10, a comparison with its selection or a clamp as 4. relu is a plain one. Polynomials
are fitted here with mpmath, relative errors below 2e-8.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops._select import where
from numsan.ops._series import BELOW_0, SINH, horner, log1p

_NEAR = -0.7
# slope of (exp(x) - 1)/x on [-2, 1.5]
_EXPREL_SLOPE = (
    1.7888858394599083e-08, 2.565109298302559e-07, 2.5102765448536957e-06, 2.2049371182220057e-05,
    0.0001735534897306934, 0.0011904516723006964, 0.006944487802684307, 0.03333335369825363,
    0.1249999925494194, 0.3333333432674408, 0.5,
)  # fmt: skip
# slope of sin(pi x)/(pi x) over x, in x^2 up to 0.36
_SINC_SLOPE = (
    -0.0218813419342041,
    0.20867919921875,
    -1.1444445848464966,
    3.246966600418091,
    -3.289868116378784,
)
# (exp(x) - 1 - x)/x^2 on [-0.7, 0.7]
_SECOND = (
    2.4879962438717484e-05, 0.00020078047236893326, 0.0013889472465962172, 0.008332755416631699,
    0.04166664928197861, 0.16666670143604279, 0.5,
)  # fmt: skip
# the same on [-1.2, 1.2], errors below 4e-8: further in, (exp(x) - 1) - x loses four units
_SECOND_WIDE = (
    2.779471287794877e-06, 2.559956192271784e-05, 0.00019847016665153205, 0.0013881769264116883,
    0.008333263918757439, 0.041666869074106216, 0.1666666865348816, 0.5,
)  # fmt: skip


def _complement(x: Tensor) -> tuple[Tensor, Tensor]:
    """exp(x) and 1 - exp(x) for x <= 0."""
    e = torch.exp(x)
    return e, where(x > _NEAR, -(x * x) * horner(BELOW_0, x) - x, 1 - e)


def log1mexp(x: Tensor) -> Tensor:
    e, rest = _complement(x)
    # near 0 the complement is as good as e; below, log1p(-e) with what 1 - e rounds away
    # (1 + e for 1/(1 - e): what was rounded away is small)
    return torch.log(rest) + where(x > _NEAR, 0.0, ((1 - rest) - e) * (1 + e))


def log1mexp_slope(x: Tensor) -> Tensor:
    e, rest = _complement(x)
    return -e / rest.abs()


def _halves(x: Tensor) -> tuple[Tensor, Tensor]:
    """exp(|x|)/2, finite where cosh is, and exp(-|x|)/2."""
    grown = torch.exp(x.abs() - 0.6875) * (0.5 * math.exp(0.6875))
    return grown, 0.25 / grown


def cosh(x: Tensor) -> Tensor:
    grown, shrunk = _halves(x)
    return grown + shrunk


def sinh(x: Tensor) -> Tensor:
    grown, shrunk = _halves(x)
    square = x * x
    return where(square < 1, x + x * (square * horner(SINH, square)), (grown - shrunk).copysign(x))


def exprel(x: Tensor) -> Tensor:
    root = torch.exp(0.5 * x)
    near = 1 + x * horner(_SECOND, x)
    # root * root overflows where the quotient does not
    far = root * (root / x) - 1 / x
    return where(x.abs() < 0.7, near, where(x == torch.inf, x, far))


def exprel_slope(x: Tensor) -> Tensor:
    root = torch.exp(0.5 * x)
    inverse = 1 / x
    up = root * (inverse - inverse * inverse) * root + inverse * inverse
    far = where(x == torch.inf, x, up)
    return where((x + 0.25).abs() < 1.75, horner(_EXPREL_SLOPE, x), far)


def _finite(x: Tensor) -> Tensor:
    return x.clamp(torch.finfo(x.dtype).min, torch.finfo(x.dtype).max)


def _sinpi(x: Tensor) -> tuple[Tensor, Tensor]:
    """sin(pi x), exactly reduced, and cos(pi x)."""
    turn = x - 2 * torch.round(0.5 * x)
    size = turn.abs()
    # sin(pi t) = sin(pi (1 - t)), cos(pi t) = sin(pi (1/2 - t)) for 0 <= t <= 1
    fold = torch.minimum(size, 1 - size).copysign(turn)
    return torch.sin(math.pi * fold), torch.sin(math.pi * (0.5 - size))


def sinc(x: Tensor) -> Tensor:
    safe = where(x == 0, 1e-30, _finite(x))
    return _sinpi(safe)[0] / (math.pi * safe)


def sinc_slope(x: Tensor) -> Tensor:
    finite = _finite(x)
    square = finite * finite
    near = square < 0.36
    safe = where(near, 1.0, finite)
    sine, cosine = _sinpi(safe)
    return where(near, x * horner(_SINC_SLOPE, square), (cosine - sine / (math.pi * safe)) / safe)


def sqrt1pm1(x: Tensor) -> Tensor:
    root = (1 + x).sqrt()
    return where(x > 1e16, root, x / (root + 1))


def sqrt1pm1_slope(x: Tensor) -> Tensor:
    return 0.5 / (1 + x).sqrt()


def log1psquare(x: Tensor) -> Tensor:
    size = x.abs()
    large = size > 1e9
    log = log1p(where(large, size, size * size))
    return where(large, 2 * log, log)


def log1psquare_slope(x: Tensor) -> Tensor:
    large = x.abs() > 1e9
    return where(large, 2.0, 2 * x) / where(large, x, 1 + x * x)


def asinh_slope(x: Tensor) -> Tensor:
    size = x.abs()
    return 1 / where(size > 1e9, size, (1 + x * x).sqrt())


def over_square(part: Tensor, other: Tensor) -> Tensor:
    """part / (part^2 + other^2), 0 at the origin and at infinity."""
    p, q = part.abs(), other.abs()
    size = torch.maximum(p, q)
    size = where(size == 0, 1.0, size)
    ratio = torch.minimum(p, q) / size
    slope = part / size / (1 + ratio * ratio) / size
    return where(size == torch.inf, 0.0, slope)


def second(x: Tensor) -> Tensor:
    """exp(x) - 1 - x."""
    return where(x.abs() < 1.2, x * x * horner(_SECOND_WIDE, x), (torch.exp(x) - 1) - x)


_GAIN, _CUBE = 2 * math.sqrt(2 / math.pi), 0.044715


def _weight(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """|x|, and exp(-2u) of gelu's argument u = sqrt(2/pi) (|x| + 0.044715 |x|^3) as a product of two."""
    size = x.abs().clamp(max=40.0)
    wide = size.double()
    argument = (wide * wide * _CUBE + 1) * wide * _GAIN
    high = argument.to(x.dtype)
    root = torch.exp(-0.5 * high)
    return size, root, root * (1 - (argument - high).to(x.dtype))


def gelu_tanh(x: Tensor) -> Tensor:
    size, root, twin = _weight(x)
    return torch.relu(x) - size * root * twin / (1 + root * twin)


def gelu_tanh_slope(x: Tensor) -> Tensor:
    size, root, twin = _weight(x)
    share = 1 / (1 + root * twin)
    factor = 1 - size * _GAIN * (1 + 3 * _CUBE * size * size) * share
    left = root * (twin * factor) * share
    return where(x > 0, 1 - left, left)
