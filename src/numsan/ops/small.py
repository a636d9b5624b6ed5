"""Functions that are small where their parts are not: f(x) - f(0) without the subtraction."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops import vector_forms
from numsan.ops._pointwise import accumulator, pointwise
from numsan.ops._select import beyond, choose_, has_nan, negative_, patch, where
from numsan.ops._series import expm1
from numsan.ops.exact import product


def _sqrt1pm1(x: Tensor) -> Tensor:
    root = x / ((1 + x).sqrt() + 1)
    # One Newton step on y (2 + y) = x; x - 2y is exact where it matters.
    better = root + ((x - 2 * root) - root * root) / (2 * (1 + root))
    return where(better.abs() < torch.inf, better, where(x == torch.inf, x, root))


def _sqrt1pm1_slope(x: Tensor) -> Tensor:
    low = x < -0.5
    root = where(low, (1 + x).sqrt(), 1 + sqrt1pm1(where(low, 0.0, x)))
    return 0.5 / root


def _sqrt1pm1_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    root = (x + 1).sqrt_()
    value = x / (root + 1)
    slope = torch.mul(root, 2).reciprocal_().clamp_(max=1e10)
    # One Newton step on y (2 + y) = x, where it does not overflow.
    far = beyond(x, -1.0, 1e15)
    rest = torch.sub(x, value, alpha=2).addcmul_(value, value, value=-1)
    value = patch(value.addcmul_(rest, slope), far, _sqrt1pm1, x)
    if not need:
        return (value,)
    # Away from -1, 1 + value has fewer roundings than the root.
    low = negative_(torch.add(x, 0.5, out=rest))
    return value, choose_(low, root, value + 1).reciprocal_().mul_(0.5)


def _sqrt1pm1_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """The slope from the root, which is within 2 ulp in float32."""
    root = (x + 1).sqrt_()
    value = torch.div(x, root + 1)
    slope = root.reciprocal_().mul_(0.5)
    rest = torch.sub(x, value, alpha=2).addcmul_(value, value, value=-1)
    value = patch(value.addcmul_(rest, slope), beyond(x, -0.9999, 1e15), _sqrt1pm1, x)
    return (value, slope) if need else (value,)


_sqrt1pm1_op = pointwise(
    "sqrt1pm1",
    _sqrt1pm1,
    _sqrt1pm1_slope,
    pole=True,
    fused=_sqrt1pm1_fused,
    fused32=_sqrt1pm1_fused32,
    vector32=(vector_forms.sqrt1pm1, vector_forms.sqrt1pm1_slope),
)


def sqrt1pm1(x: Tensor) -> Tensor:
    r"""sqrt(1 + x) - 1 = x / (sqrt(1 + x) + 1) for x >= -1; slope 1 / (2 sqrt(1 + x)).

    The written-out form is 0 below 1e-7 (float32), 8e-3 (bfloat16). Specials: -1 -> -1 with slope inf, inf ->
    inf.
    Expensive under torch.compile: docs/ops/speed.md.

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


def _log1psquare_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    limit = 1e15 if x.dtype == torch.float32 else 1e150
    square, far = x * x, beyond(x, -limit, limit)
    value = patch(torch.log1p(square), far, _log1psquare, x)
    if not need:
        return (value,)
    slope = torch.div(2 * x, square.add_(1), out=square)
    return value, patch(slope, far, _log1psquare_slope, x)


_log1psquare_op = pointwise(
    "log1psquare",
    _log1psquare,
    _log1psquare_slope,
    fused=_log1psquare_fused,
    vector32=(vector_forms.log1psquare, vector_forms.log1psquare_slope),
)


def log1psquare(x: Tensor) -> Tensor:
    r"""log(1 + x^2), the Cauchy loss; slope $2/(x+1/x)$ above 1, $2x/(1+x^2)$ below.

    `log1p(x * x)` overflows from 1.8e19 (float32) and 256 (float16), `log(1 + x * x)` is 0 below 2e-4
    (float32).
    Expensive under torch.compile: docs/ops/speed.md.

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
    return where(exponent.abs() < 0.5, expm1(exponent), torch.pow(x, y) - 1)


def _powm1_slope(x: Tensor, y: Tensor) -> Tensor:
    # x^y / x, not x^(y-1): the rounding of y - 1 is multiplied by log x.
    power = torch.pow(x, y)
    direct = _over(power, x, y)
    plain = where(direct.isfinite() & (power != 0), direct, y * torch.pow(x, y - 1))
    return where((y == 0) | ((power == 0) & (y.abs() == torch.inf)), 0.0, plain)


def _powm1_exponent_slope(x: Tensor, y: Tensor) -> Tensor:
    power = torch.pow(x, y)
    return where(power == 0, 0.0, power * torch.log(x))


def _over(power: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """power y/x, with the roundings of the product and of the division put back in float64."""
    if x.dtype == torch.float32 and accumulator(x) == torch.float64:
        return (power.double() / x * y).to(x.dtype)
    ratio = power / x
    (whole, e_whole), (back, e_back) = product(ratio, y), product(ratio, x)
    return whole + (e_whole + y * (((power - back) - e_back) / x))


def _powm1_fused(need: bool, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    log, power = torch.log(x), torch.pow(x, y)
    exponent = y * log
    near = negative_(exponent.abs().sub_(0.5))
    value = choose_(near, exponent.expm1_(), power - 1)
    if not need:
        return (value,)
    gone = beyond(power, torch.finfo(x.dtype).smallest_normal, torch.finfo(x.dtype).max)
    slope = patch(_over(power, x, y), gone, _powm1_slope, x, y)
    slope = patch(slope, slope.isnan() if has_nan(slope) else None, _powm1_slope, x, y)
    return value, slope, patch(log.mul_(power), gone, _powm1_exponent_slope, x, y)


_powm1_op = pointwise(
    "powm1",
    _powm1,
    _powm1_slope,
    _powm1_exponent_slope,
    pole=True,
    fused=_powm1_fused,
)


def powm1(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""x^y - 1 for x > 0: expm1(y log x) near 0, else the power; the Box-Cox transform is powm1(x, l) / l.

    The written-out form loses every digit for small y log x.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> powm1(torch.tensor(2.0), 1e-10).item()
    6.931472062987609e-11
    """
    return _powm1_op(x, y)
