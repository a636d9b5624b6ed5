"""Logarithm of the difference of two exponentials."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import threshold as _threshold

from numsan.ops import vector_pairs
from numsan.ops._fused import in_pieces
from numsan.ops._pointwise import Fused, Two, pointwise, together
from numsan.ops._select import beyond, exchange_, has_nan, negative_, patch, where
from numsan.ops._series import expm1, expm1_near, log1p_unit
from numsan.ops.exact import normal
from numsan.ops.exponential_tables import exp_pair
from numsan.ops.logpairs import apart, difference


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
    d, error = difference(y, x)
    return _quotient(x, y, d, error, d > 0)


def _other_slope(x: Tensor, y: Tensor) -> Tensor:
    d, error = difference(x, y)
    return _quotient(y, x, d, error, d >= 0)


def _quotient(x: Tensor, y: Tensor, d: Tensor, error: Tensor, up: Tensor) -> Tensor:
    """e^x / (e^x - e^y) = -1 / expm1(y - x), with the rounding error of d = y - x put back."""
    e = expm1(-where(up, d, -d))
    weight = torch.exp(-where(up, d, -d))
    # d/dd of -1/expm1(d) times the error: relative size error * e^d / expm1(d).
    # The error of equal arguments is 0, and their slopes stay infinite.
    change = where(e == 0, 0.0, error / e.abs())
    plain = where(up, -weight * (1 - change), 1 + change * weight) / e.abs()
    return where(torch.minimum(x, y) == -torch.inf, (x > y).to(x.dtype), plain)


def _nan_if_negative(x: Tensor, y: Tensor) -> Tensor:
    return where(x < y, torch.nan, _log_difference(x, y))


def _sorted_fused(need: bool, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    """For x >= y. With e = exp(y - x): log(1 - e), -1/expm1 and their first-order change by the error of y - x."""
    d = y - x
    back = d - y
    error = (y - (d - back)).sub_(back.add_(x))
    e, low = normal(*exp_pair(d, torch.zeros_like(d)))
    gap = d.expm1_().neg_()
    # Above 1/2 what 1 - e rounds away is put back; below, it is no larger than the rounding of e.
    rest = (1 - gap).sub_(e).sub_(low).div_(_threshold(gap, 0.5, torch.inf))
    value, small = torch.log(gap).add_(rest), e.div_(gap)
    change = torch.mul(error, small, out=rest)
    value = value.sub_(change).add_(x)
    odd = value.isnan() if has_nan(value) else None
    value = patch(value, odd, _nan_if_negative, x, y)
    if not need:
        return (value,)
    large = gap.reciprocal_()
    small.addcmul_(low.add_(change), large).neg_()
    large.addcmul_(large, change)
    return value, patch(large, odd, _log_difference_slope, x, y), patch(small, odd, _other_slope, x, y)


def _in_double(form: Two) -> Two:
    return lambda x, y: form(x.double(), y.double())


def _sorted_fused32(need: bool, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    """For x >= y. In float64 1 - exp(y - x) has digits enough for float32, but for close arguments."""
    wide = x.double()
    d = y.double().sub_(wide)
    odd = beyond(d, -torch.inf, -1e-6)
    less = d.exp_().neg_()
    value = patch(wide.add_(less.log1p()), odd, _in_double(_nan_if_negative), x, y)
    if not need:
        return (value,)
    large = (less + 1).reciprocal_()
    small = patch(less.mul_(large), odd, _in_double(_other_slope), x, y)
    return value, patch(large, odd, _in_double(_log_difference_slope), x, y), small


def _either(form: Fused) -> Fused:
    """For any order of the arguments."""

    def run(need: bool, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        value, *slopes = form(need, torch.maximum(x, y), torch.minimum(x, y))
        if not slopes:
            return (value,)
        return value, *exchange_(negative_((x - y).to(value.dtype)), *slopes)

    return run


_logsubexp_op = pointwise(
    "logsubexp",
    _nan_if_negative,
    _log_difference_slope,
    _other_slope,
    pole=True,
    fused=_sorted_fused,
    fused32=in_pieces(_sorted_fused32),
    vector32=(vector_pairs.logsubexp, vector_pairs.logsubexp_first, vector_pairs.logsubexp_second),
)
_logabssubexp_op = pointwise(
    "logsubexp",
    _log_difference,
    _log_difference_slope,
    _other_slope,
    pole=True,
    fused=_either(_sorted_fused),
    fused32=in_pieces(_either(_sorted_fused32)),
)


def logsubexp(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""log(exp(x) - exp(y)) for x >= y: $x+\mathrm{log1mexp}(y-x)$; slopes $-1/\mathrm{expm1}(\pm(y-x))$.

    The written-out form overflows at 88.7 (float32) and 11.1 (float16) and is -inf or without correct digit
    for close arguments. Specials: x = y -> -inf with infinite slopes, x < y -> nan, (-inf, -inf) -> -inf with
    slopes 0. See `logsubexp_signed` for either order. Reference: Stan `log_diff_exp`; LogExpFunctions.jl
    `logsubexp`.
    Expensive under torch.compile: docs/ops/speed.md.

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
