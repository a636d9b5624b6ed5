"""Functions that are small where their parts are not: f(x) - f(0) without the subtraction."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops._pointwise import pointwise
from numsan.ops._select import where


def _sqrt1pm1(x: Tensor) -> Tensor:
    root = x / ((1 + x).sqrt() + 1)
    # One Newton step on y (2 + y) = x; x - 2y is exact where it matters.
    better = root + ((x - 2 * root) - root * root) / (2 * (1 + root))
    return where(better.isfinite(), better, where(x == torch.inf, x, root))


def _sqrt1pm1_slope(x: Tensor) -> Tensor:
    low = x < -0.5
    root = where(low, (1 + x).sqrt(), 1 + sqrt1pm1(where(low, 0.0, x)))
    return 0.5 / root


_sqrt1pm1_op = pointwise("sqrt1pm1", _sqrt1pm1, _sqrt1pm1_slope, pole=True)


def sqrt1pm1(x: Tensor) -> Tensor:
    r"""sqrt(1 + x) - 1 = x / (sqrt(1 + x) + 1) for x >= -1; slope 1 / (2 sqrt(1 + x)).

    The written-out form is 0 below 1e-7 (float32), 8e-3 (bfloat16). Specials: -1 -> -1 with slope inf, inf ->
    inf.

    >>> sqrt1pm1(torch.tensor(1e-10)).item()
    5.00000006675716e-11
    """
    return _sqrt1pm1_op(x)


def _log1psquare(x: Tensor) -> Tensor:
    large = x.abs() > 1e5 if x.dtype == torch.float32 else x.abs() > 1e9
    square = where(large, 0.0, x).square()
    return where(large, 2 * torch.log(where(large, x.abs(), 1.0)), torch.log1p(square))


def _log1psquare_slope(x: Tensor) -> Tensor:
    large = x.abs() > 1
    outer = where(large, x, 1.0)
    inner = where(large, 0.0, x)
    return where(large, 2 / (outer + 1 / outer), 2 * inner / (1 + inner.square()))


_log1psquare_op = pointwise("log1psquare", _log1psquare, _log1psquare_slope)


def log1psquare(x: Tensor) -> Tensor:
    r"""log(1 + x^2), the Cauchy loss; slope $2/(x+1/x)$ above 1, $2x/(1+x^2)$ below.

    `log1p(x * x)` overflows from 1.8e19 (float32) and 256 (float16), `log(1 + x * x)` is 0 below 2e-4
    (float32).

    >>> log1psquare(torch.tensor([1e-10, 1e30])).tolist()
    [1.0000000490448792e-20, 138.1551055908203]
    """
    return _log1psquare_op(x)


_cosm1_op = pointwise("cosm1", lambda x: -2 * torch.sin(x / 2).square(), lambda x: -torch.sin(x))


def cosm1(x: Tensor) -> Tensor:
    r"""cos(x) - 1 = -2 sin(x/2)^2; slope -sin(x). The written-out form is 0 below 2e-4 (float32).

    >>> cosm1(torch.tensor(1e-10)).item()
    -5.000000245224396e-21
    """
    return _cosm1_op(x)


def _powm1(x: Tensor, y: Tensor) -> Tensor:
    exponent = y * torch.log(x)
    return where(exponent.abs() < 0.5, torch.expm1(exponent), torch.pow(x, y) - 1)


def _powm1_slope(x: Tensor, y: Tensor) -> Tensor:
    # x^y / x, not x^(y-1): the rounding of y - 1 is multiplied by log x.
    power = torch.pow(x, y)
    return y * where(power.isfinite() & (power != 0), power / x, torch.pow(x, y - 1))


_powm1_op = pointwise("powm1", _powm1, _powm1_slope, lambda x, y: torch.pow(x, y) * torch.log(x), pole=True)


def powm1(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""x^y - 1 for x > 0: expm1(y log x) near 0, else the power; the Box-Cox transform is powm1(x, l) / l.

    The written-out form loses every digit for small y log x.

    >>> powm1(torch.tensor(2.0), 1e-10).item()
    6.931472062987609e-11
    """
    return _powm1_op(x, y)


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
    return where(centre, kernel, where(low | high, moved, torch.log1p(x) - x))


_log1pmx_op = pointwise("log1pmx", _log1pmx, lambda x: -x / (1 + x), pole=True)


def log1pmx(x: Tensor) -> Tensor:
    r"""log(1 + x) - x for x >= -1: $r(2r^2(1/3+r^2/5+\dots)-x)$, $r=x/(2+x)$; slope -x/(1 + x).

    The written-out form has no correct digit below 3e-4 (float32). The building block of Poisson-like
    densities.

    >>> log1pmx(torch.tensor(1e-5)).item()
    -4.999966413121726e-11

    Reference: Loader, *Fast and accurate computation of binomial probabilities*, 2000.
    """
    return _log1pmx_op(x)


def _exprel(x: Tensor) -> Tensor:
    large = x > 2
    far = where(large, x, 1.0)
    root = torch.exp(far / 2)
    near = where(large | (x == 0), 1.0, x)
    ratio = where(x == 0, 1.0, torch.expm1(near) / near)
    return where(large, where(x == torch.inf, x, root / far * root - 1 / far), ratio)


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
    down = (torch.exp(low) - torch.expm1(low) / low) / low
    return where(large, up, where(small, down, middle))


_exprel_op = pointwise("exprel", _exprel, _exprel_slope)


def exprel(x: Tensor) -> Tensor:
    r"""(exp(x) - 1)/x with 1 at 0, the first phi-function of exponential integrators.

    Slope $\frac12e^t(\sinh t/t+(t\cosh t-\sinh t)/t^2)$, $t=x/2$. `expm1(x)/x` is NaN at 0 and its derivative
    has no correct digit below 1e-7; `(exp(x) - 1)/x` has none either. Specials: -inf -> 0, inf -> inf.

    >>> exprel(torch.tensor([0.0, 1e-10])).tolist()
    [1.0, 1.0]
    """
    return _exprel_op(x)
