"""What is left of log(1 + x) and exp(x) when the first terms of their series are taken off."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops import vector_forms, vector_pairs
from numsan.ops._pointwise import pointwise
from numsan.ops._select import beyond, patch, where
from numsan.ops._series import expm1

_LARGEST = 1e38  # log1p of more is lost beside it


def _log1pmx(x: Tensor) -> Tensor:
    low, high = (x > -0.7) & (x < -0.4), (x > 0.7) & (x < 1.5)
    centre = (x >= -0.4) & (x <= 0.7)
    # 1 + x = (1 + u)/2 or 3(1 + u)/2 moves the outer ranges to the middle one.
    u = where(low, 2 * x + 1, where(high, (x - 0.5) / 1.5, where(centre, x, 0.0)))
    r = u / (2 + u)
    square = r.square()
    series = torch.zeros_like(x)
    for n in reversed(range(16)):
        series = series * square + 1 / (2 * n + 3)
    kernel = r * (2 * square * series - u)
    moved = where(low, u / 2 + (0.5 - math.log(2)), -u / 2 + (math.log(1.5) - 0.5)) + kernel
    return where(centre, kernel, where(low | high, moved, torch.log1p(x.clamp(max=_LARGEST)) - x))


def _log1pmx_slope(x: Tensor) -> Tensor:
    return -where(x == torch.inf, 1.0, x / (1 + x))


def _log1pmx_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """In float64 the difference has digits enough for float32, but near 0."""
    value = torch.log1p(x.double()).sub_(x).to(x.dtype)
    odd = beyond(x.abs(), 1e-6, _LARGEST)
    value = patch(value, odd, _log1pmx, x)
    return (value, patch((x / (x + 1)).neg_(), odd, _log1pmx_slope, x)) if need else (value,)


_log1pmx_op = pointwise(
    "log1pmx",
    _log1pmx,
    _log1pmx_slope,
    pole=True,
    fused32=_log1pmx_fused32,
    vector32=(vector_pairs.log1pmx, vector_pairs.log1pmx_slope),
)


def log1pmx(x: Tensor) -> Tensor:
    r"""log(1 + x) - x for x >= -1: $r(2r^2(1/3+r^2/5+\dots)-x)$, $r=x/(2+x)$; slope -x/(1 + x).

    The written-out form has no correct digit below 3e-4 (float32). The building block of Poisson-like
    densities.
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> log1pmx(torch.tensor(1e-5)).item()
    -4.999966413121726e-11

    Reference: Loader, *Fast and accurate computation of binomial probabilities*, 2000.
    """
    return _log1pmx_op(x)


# Where exp(x) overflows it is taken 16521/1024 lower, whose exponential lies within 0.002 ulp of a number of both
# formats.
_EDGE = {torch.float32: 88.0, torch.float64: 709.0}
_DOWN, _UP = 16521 / 1024, 10158171.998303628


def _exprel(x: Tensor) -> Tensor:
    large = x > _EDGE[x.dtype]
    far, near = where(large, x, 1.0), where(large | (x == 0), 1.0, x)
    ratio = where(x == 0, 1.0, expm1(near) / near)
    return where(large, where(x == torch.inf, x, torch.exp(far - _DOWN) * (_UP / far)), ratio)


_EVEN = [1 / math.factorial(2 * k + 1) for k in range(12)]
_ODD = [2 * k / math.factorial(2 * k + 1) for k in range(1, 13)]


def _exprel_slope(x: Tensor) -> Tensor:
    large, small = x > 1, x < -2
    t = where(large | small, 0.0, x / 2)
    even, odd = torch.zeros_like(x), torch.zeros_like(x)
    for e, o in zip(reversed(_EVEN), reversed(_ODD), strict=True):
        even, odd = even * t.square() + e, odd * t.square() + o
    middle = torch.exp(t) * (even + t * odd) / 2
    far = where(large, x, 1.0)
    root = torch.exp(far / 2)
    up = where(x == torch.inf, x, root / far * (root * ((far - 1) / far)) + 1 / far.square())
    low = where(small, x, -2.0)
    down = (torch.exp(low) - expm1(low) / low) / low
    return where(large, up, where(small, down, middle))


def _exprel_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """In float64 the differences have digits enough for float32, but near 0."""
    odd, wide = beyond(x.abs(), 1e-6, 700.0), x.double()
    em1, inverse = torch.expm1(wide), wide.reciprocal()
    value = em1 * inverse
    slope = em1.sub_(value).add_(1).mul_(inverse).to(x.dtype) if need else x
    value = patch(value.to(x.dtype), odd, _exprel, x)
    return (value, patch(slope, odd, _exprel_slope, x)) if need else (value,)


_exprel_op = pointwise(
    "exprel",
    _exprel,
    _exprel_slope,
    fused32=_exprel_fused32,
    vector32=(vector_forms.exprel, vector_forms.exprel_slope),
)


def exprel(x: Tensor) -> Tensor:
    r"""(exp(x) - 1)/x with 1 at 0, the first phi-function of exponential integrators.

    Slope $\frac12e^t(\sinh t/t+(t\cosh t-\sinh t)/t^2)$, $t=x/2$. `expm1(x)/x` is NaN at 0 and its derivative
    has no correct digit below 1e-7; `(exp(x) - 1)/x` has none either. Specials: -inf -> 0, inf -> inf.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> exprel(torch.tensor([0.0, 1e-10])).tolist()
    [1.0, 1.0]
    """
    return _exprel_op(x)


def _expm1mx(x: Tensor) -> Tensor:
    near = x.abs() < 0.5
    small = where(near, x, 0.0)
    series = torch.zeros_like(x)
    for n in range(16, 1, -1):
        series = series * small + 1 / math.factorial(n)
    return where(near, series * small.square(), expm1(x) - x)


def expm1mx_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """In float64 the differences have digits enough for float32, but near 0."""
    odd = beyond(x.abs(), 1e-4, 80.0)
    wide = x.double()
    em1 = torch.exp(wide).sub_(1)
    slope = em1.to(x.dtype) if need else x
    value = patch(em1.sub_(wide).to(x.dtype), odd, _expm1mx, x)
    return (value, patch(slope, odd, torch.expm1, x)) if need else (value,)


second32 = vector_forms.second
# exp(x) - 1 - x
expm1mx = pointwise(
    "expm1mx",
    _expm1mx,
    expm1,
    fused32=expm1mx_fused32,
    vector32=(second32, expm1),
)
