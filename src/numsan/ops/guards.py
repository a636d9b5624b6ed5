"""Guards whose gradient is as safe as their value: the forbidden input is replaced before the function sees
it.

`torch.where(x > 0, f(x), 0)` evaluates f everywhere, and the backward pass multiplies the unused slope of f
by 0: 0 * inf = NaN. Every function here uses the double `where` instead.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from numsan.ops._pointwise import floating, pointwise, together, wide


def safe_where(
    condition: Tensor,
    function: Callable[[Tensor], Tensor],
    x: Tensor,
    otherwise: float | Tensor | Callable[[Tensor], Tensor] = 0.0,
    *,
    fill: float = 1.0,
) -> Tensor:
    r"""function(x) where `condition`, else `otherwise` (a number, a tensor or a function of x): the double
    where.

    Where a branch is not taken it sees `fill`, so its slope there must be finite at `fill` only.
    `torch.where(x > 0, x.sqrt(), 0.)` has a NaN gradient at 0 in every format.

    >>> x = torch.tensor([0.0, 4.0], requires_grad=True)
    >>> torch.autograd.grad(safe_where(x > 0, torch.sqrt, x).sum(), x)[0].tolist()
    [0.0, 0.25]
    """
    floating("safe_where", x)
    if condition.dtype != torch.bool:
        raise TypeError(f"safe_where needs a boolean condition, got {condition.dtype}")
    harmless = torch.full_like(x, fill)
    taken = function(torch.where(condition, x, harmless))
    if callable(otherwise):
        other = otherwise(torch.where(condition, harmless, x))
    else:
        other = otherwise if isinstance(otherwise, Tensor) else torch.full_like(taken, otherwise)
    return torch.where(condition, taken, other)


def safe_sqrt(x: Tensor) -> Tensor:
    r"""sqrt(x) with slope 0 instead of inf at 0; x < 0 -> nan.

    The slope of `torch.sqrt` at 0 makes the gradient of any norm written as sqrt(sum(x^2)) NaN at the origin.

    >>> x = torch.tensor([0.0, 4.0], requires_grad=True)
    >>> torch.autograd.grad(safe_sqrt(x).sum(), x)[0].tolist()
    [0.0, 0.25]
    """
    return safe_where(x != 0, torch.sqrt, wide(floating("safe_sqrt", x))).to(x.dtype)


def safe_log(x: Tensor, at_zero: float | None = None) -> Tensor:
    r"""log(x) for x > 0, and the finite number `at_zero` with slope 0 at x = 0; x < 0 -> nan.

    `at_zero` defaults to the logarithm of the smallest normal number: -708.4 (float64), -87.34 (float32,
    bfloat16), -9.704 (float16). `torch.nan_to_num(torch.log(x))` and `torch.log(x) * mask` have NaN gradients
    at 0.

    >>> x = torch.tensor([0.0, 1.0], requires_grad=True)
    >>> torch.autograd.grad((safe_log(x) * torch.tensor([0.0, 1.0])).sum(), x)[0].tolist()
    [0.0, 1.0]
    """
    if at_zero is None:
        smallest = torch.finfo(floating("safe_log", x).dtype).smallest_normal
        at_zero = torch.tensor(smallest, dtype=torch.float64).log().item()
    return safe_where(x != 0, torch.log, x, at_zero)


def safe_div(x: Tensor | float, y: Tensor | float, otherwise: float = 0.0) -> Tensor:
    r"""x / y where y is not 0, else `otherwise` with slopes 0 in both.

    `x / (y + eps)` is wrong for small y and infinite at y = -eps; `torch.where(y != 0, x / y, 0)` has NaN
    gradients.

    >>> y = torch.tensor([0.0, 2.0], requires_grad=True)
    >>> torch.autograd.grad(safe_div(1.0, y).sum(), y)[0].tolist()
    [0.0, -0.25]
    """
    x, y = together("safe_div", x, y)
    a, b, nonzero = wide(x), wide(y), y != 0
    quotient = torch.where(nonzero, a, 0.0) / torch.where(nonzero, b, 1.0)
    return torch.where(nonzero, quotient, otherwise).to(x.dtype)


def safe_pow(x: Tensor | float, p: Tensor | float) -> Tensor:
    r"""x ** p with slopes 0 at x = 0: in x where p < 1 (true slope infinite), in p always.

    The value is that of `torch.pow`: 0 ** 0 = 1, 0 ** -1 = inf, a negative x needs a whole p.

    >>> x = torch.tensor([0.0, 4.0], requires_grad=True)
    >>> torch.autograd.grad(safe_pow(x, 0.5).sum(), x)[0].tolist()
    [0.0, 0.25]
    """
    return _safe_pow_op(x, p)


def _pow_slope(x: Tensor, p: Tensor) -> Tensor:
    flat = (p == 0) | ((x == 0) & (p < 1))
    base = torch.where(flat | (x == 0), 1.0, x)
    power = torch.pow(base, p)
    # x^p / x, not x^(p-1): the rounding of p - 1 is multiplied by log x.
    direct = torch.where(power.isfinite() & (power != 0), power / base, torch.pow(base, p - 1))
    at_zero = torch.where(p == 1, 1.0, 0.0)
    return torch.where(flat, 0.0, torch.where(x == 0, at_zero, p * direct))


def _pow_exponent_slope(x: Tensor, p: Tensor) -> Tensor:
    # Where x <= 0 the power is defined for whole p only, and has no slope in p.
    positive = x > 0
    base = torch.where(positive, x, 1.0)
    return torch.where(positive, torch.pow(base, p) * torch.log(base), 0.0)


_safe_pow_op = pointwise("safe_pow", torch.pow, _pow_slope, _pow_exponent_slope)


def _finite_or_zero(x: Tensor) -> Tensor:
    return torch.where(x.isfinite(), x, 0.0)


def _product_slope(other: Tensor, own: Tensor) -> Tensor:
    return torch.where(own == 0, _finite_or_zero(other), other)


def _product(x: Tensor, y: Tensor) -> Tensor:
    return torch.where((x == 0) | (y == 0), 0.0, x * y)


_mul_no_nan_op = pointwise(
    "mul_no_nan", _product, lambda x, y: _product_slope(y, x), lambda x, y: _product_slope(x, y)
)


def mul_no_nan(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""x * y, with 0 where either factor is 0, even if the other is infinite or NaN.

    Slopes are the other factor, or 0 where that is not finite and the product is 0. Use it to mask: the
    factor 0 says "this element does not count".

    >>> mul_no_nan(torch.tensor([0.0, 2.0]), torch.tensor([-torch.inf, 3.0])).tolist()
    [0.0, 6.0]
    """
    return _mul_no_nan_op(x, y)


def eps_for(dtype: torch.dtype, scale: float = 1.0) -> float:
    r"""An epsilon that matters: `scale` times the spacing at 1, and never below the smallest normal number.

    Added to a number of size `scale` it changes the last digit. 1e-8 is 0 in float16 and does nothing next to
    1 in float32: the usual constants are for float64. `scale` is the size of what it is added to, > 0.

    >>> eps_for(torch.float16), eps_for(torch.float32, scale=1e-4)
    (0.0009765625, 1.1920928955078126e-11)
    """
    if not scale > 0:
        raise ValueError(f"eps_for needs {scale=} > 0")
    if not dtype.is_floating_point:
        raise TypeError(f"eps_for needs a floating-point format, got {dtype}")
    return max(torch.finfo(dtype).eps * scale, torch.finfo(dtype).smallest_normal)


def clamp_keep_gradient(x: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    r"""clamp(x, min, max) with slope 1 everywhere, so that a clamped parameter can still move back.

    `torch.clamp` has slope 0 outside the bounds: what leaves them never returns. nan -> nan.

    >>> x = torch.tensor([-5.0, 0.5], requires_grad=True)
    >>> torch.autograd.grad(clamp_keep_gradient(x, 0.0, 1.0).sum(), x)[0].tolist()
    [1.0, 1.0]
    """
    if min is None and max is None:
        raise ValueError("clamp_keep_gradient needs min or max")
    if min is not None and max is not None and min > max:
        raise ValueError(f"clamp_keep_gradient needs min <= max, got {min=}, {max=}")
    low = torch.finfo(floating("clamp_keep_gradient", x).dtype).min if min is None else min
    high = torch.finfo(x.dtype).max if max is None else max
    bounds = x.new_tensor([low, high])
    return _clamp_op(x, *bounds)


_clamp_op = pointwise(
    "clamp_keep_gradient",
    lambda x, low, high: torch.clamp(x, low, high),
    lambda x, low, high: torch.ones_like(x),
    lambda x, low, high: torch.zeros_like(x),
    lambda x, low, high: torch.zeros_like(x),
)
