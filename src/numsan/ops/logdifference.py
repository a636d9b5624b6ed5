"""Logarithm of the difference of two exponentials."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops._pointwise import pointwise, together
from numsan.ops._select import beyond, choose_, exchange_, negative_, patch, where
from numsan.ops._series import expm1, expm1_near, log1p_unit
from numsan.ops.logpairs import apart, apart_in_place, difference

_LN2 = 0.6931472


def _log_difference(x: Tensor, y: Tensor) -> Tensor:
    d, error, _, high = apart(x, y)
    error = where(d > -torch.inf, error, 0.0)
    near = torch.log(-expm1_near(d))
    far = log1p_unit(-torch.exp(d) * (1 + error))
    log = where(d > -0.6931472, near, far)
    # Equal infinities have no difference. The mask is another one than that of the slopes, which inductor would
    # store.
    return where(d == d, high + log, where(high > 0, torch.nan, high))


def _log_difference_slope(x: Tensor, y: Tensor) -> Tensor:
    """e^x / (e^x - e^y) = -1 / expm1(y - x), with the rounding error of y - x put back."""
    d, error = difference(y, x)
    up = d > 0
    e = expm1(-where(up, d, -d))
    weight = torch.exp(-where(up, d, -d))
    # d/dd of -1/expm1(d) times the error: relative size error * e^d / expm1(d).
    plain = where(up, -weight / e.abs() * (1 - error / e.abs()), (1 + error * weight / e.abs()) / e.abs())
    return where(torch.minimum(x, y) == -torch.inf, (x > y).to(x.dtype), plain)


def _nan_if_negative(x: Tensor, y: Tensor) -> Tensor:
    return where(x < y, torch.nan, _log_difference(x, y))


def _other_slope(x: Tensor, y: Tensor) -> Tensor:
    return _log_difference_slope(y, x)


def _log_difference_fused(need: bool, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    d, error, high, odd, spare = apart_in_place(x, y)
    plain, near = torch.exp(d), negative_(torch.neg(d, out=spare).sub_(_LN2))
    # exp(d + error) and 1 - exp(d + error)
    error = error.mul_(plain)
    gap, e = d.expm1_().add_(error).neg_(), plain.add_(error)
    value = high.add_(choose_(near, torch.log(gap, out=error), torch.neg(e).log1p_()))
    value = patch(value, odd, _log_difference, x, y)
    if not need:
        return (value,)
    small, large = e.div_(gap).neg_(), gap.reciprocal_()
    first, second = exchange_(negative_(x - y), large, small)
    return value, patch(first, odd, _log_difference_slope, x, y), patch(second, odd, _other_slope, x, y)


def _nan_if_negative_fused(need: bool, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    value, *slopes = _log_difference_fused(need, x, y)
    gap = x - y
    return value.masked_fill_(gap < 0, torch.nan) if beyond(
        gap, 0.0, torch.inf
    ) is not None else value, *slopes


_logsubexp_op = pointwise(
    "logsubexp",
    _nan_if_negative,
    _log_difference_slope,
    _other_slope,
    pole=True,
    fused=_nan_if_negative_fused,
)
_logabssubexp_op = pointwise(
    "logsubexp",
    _log_difference,
    _log_difference_slope,
    _other_slope,
    pole=True,
    fused=_log_difference_fused,
)


def logsubexp(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""log(exp(x) - exp(y)) for x >= y: $x+\mathrm{log1mexp}(y-x)$; slopes $-1/\mathrm{expm1}(\pm(y-x))$.

    The written-out form overflows at 88.7 (float32) and 11.1 (float16) and is -inf or without correct digit
    for close arguments. Specials: x = y -> -inf with infinite slopes, x < y -> nan, (-inf, -inf) -> -inf with
    slopes 0. See `logsubexp_signed` for either order. Reference: Stan `log_diff_exp`; LogExpFunctions.jl
    `logsubexp`.
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> logsubexp(torch.tensor(1000.0), torch.tensor(999.0)).item()
    999.5413208007812
    """
    return _logsubexp_op(x, y)


def logsubexp_signed(x: Tensor | float, y: Tensor | float) -> tuple[Tensor, Tensor]:
    r"""(log|exp(x) - exp(y)|, sign of exp(x) - exp(y)), for any order of the arguments.

    >>> [t.item() for t in logsubexp_signed(torch.tensor(999.0), torch.tensor(1000.0))]
    [999.5413208007812, -1.0]
    """
    x, y = together("logsubexp_signed", x, y)
    return _logabssubexp_op(x, y), (x > y).to(x.dtype) - (x < y).to(x.dtype)
