"""Logarithm of the sum of two exponentials."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops._pointwise import pointwise
from numsan.ops._select import exchange_, has_nan, negative_, non_finite, patch, where
from numsan.ops._series import log1p_unit


def difference(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """x - y and its rounding error (Møller/Knuth TwoSum); equal infinities give 0."""
    d = where(x == y, 0.0, x - y)
    back = d - x
    error = (x - (d - back)) - (y + back)
    return d, where(error == error, error, 0.0)


def apart(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """min - max, its rounding error, and the two; as it comes where something is infinite."""
    low, high = torch.minimum(x, y), torch.maximum(x, y)
    d = low - high
    back = d - low
    return d, (low - (d - back)) - (high + back), low, high


def _shares(x: Tensor, y: Tensor, first: bool) -> Tensor:
    """e^x / (e^x + e^y), or e^y over the same. One order of arguments for both: a compiler sees them once.

    The error of the difference matters because exp turns it into a relative one.
    """
    d, error, low, high = apart(x, y)
    plain = torch.exp(d)
    e = where(d >= torch.finfo(d.dtype).min, plain + plain * error, where(low == high, 1.0, plain))
    share = where(x >= y if first else y >= x, 1.0, e) / (1 + e)
    return where(high > -torch.inf, share, 0.0 * share)


def _share_slope(x: Tensor, y: Tensor) -> Tensor:
    return _share_op(x, y) * _other_share_op(x, y)


def _minus_share_slope(x: Tensor, y: Tensor) -> Tensor:
    return -_share_slope(x, y)


def _first_share(x: Tensor, y: Tensor) -> Tensor:
    return _shares(x, y, True)


def _second_share(x: Tensor, y: Tensor) -> Tensor:
    return _shares(x, y, False)


_share_op = pointwise("share", _first_share, _share_slope, _minus_share_slope)
_other_share_op = pointwise("share", _second_share, _minus_share_slope, _share_slope)


def _logaddexp(x: Tensor, y: Tensor) -> Tensor:
    d, error, _, high = apart(x, y)
    e = torch.exp(d) * (1 + error)
    # For the compiler a mask of its own: one shared with the slopes would be kept in memory for them.
    return high + where(d > -torch.inf, log1p_unit(e), 0.0)


def apart_in_place(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor | None, Tensor]:
    """`apart` in few buffers: min - max, its error, max, where something is infinite, and a free buffer."""
    high, low = torch.maximum(x, y), torch.minimum(x, y)
    d = low - high
    back = d - low
    error = low.sub_(d - back).sub_(back.add_(high))
    return d, error, high, non_finite(x, y) if has_nan(error) else None, back


def _logaddexp_fused(need: bool, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    d, error, high, odd, spare = apart_in_place(x, y)
    e = d.exp_()
    e = e.addcmul_(e, error)
    value = patch(high.add_(torch.log1p(e, out=spare)), odd, _logaddexp, x, y)
    if not need:
        return (value,)
    total = torch.add(e, 1, out=spare)
    # e/(1 + e) as e - e (e/(1 + e)), which hides the rounding of 1 + e
    large = total.reciprocal_()
    small = e.addcmul_(e, large * e, value=-1)
    first, second = exchange_(negative_(torch.sub(x, y, out=error)), large, small)
    return value, patch(first, odd, _first_share, x, y), patch(second, odd, _second_share, x, y)


_logaddexp_op = pointwise(
    "logaddexp",
    _logaddexp,
    lambda x, y: _share_op(x, y),
    lambda x, y: _other_share_op(x, y),
    fused=_logaddexp_fused,
)


def logaddexp(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""log(exp(x) + exp(y)), with slopes $1/(1+e^{y-x})$ from the inputs.

    `torch.logaddexp` gives the value; its gradient is NaN for two equal infinities and off by 4e5 ulp in the
    smaller argument (float32). The written-out form overflows at 88.7 (float32) and 11.1 (float16). Specials:
    (-inf, -inf) -> -inf with slopes 0; (inf, inf) -> inf with slopes 1/2; (inf, finite) slopes (1, 0).

    >>> logaddexp(torch.tensor(1000.0), torch.tensor(1000.0)).item()
    1000.6931762695312
    """
    return _logaddexp_op(x, y)
