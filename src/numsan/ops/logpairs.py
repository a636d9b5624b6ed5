"""Logarithms of the sum and the difference of two exponentials."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops._pointwise import pointwise, together
from numsan.ops._select import where


def difference(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """x - y and its rounding error (Møller/Knuth TwoSum); equal infinities give 0."""
    d = where(x == y, 0.0, x - y)
    back = d - x
    error = (x - (d - back)) - (y + back)
    return d, where(error.isfinite(), error, 0.0)


def _share(x: Tensor, y: Tensor) -> Tensor:
    """e^x / (e^x + e^y); the error of x - y matters because exp turns it into a relative one."""
    d, error = difference(x, y)
    positive = d >= 0
    e = torch.exp(-where(positive, d, -d)) * (1 - where(positive, error, -error))
    share = where(positive, 1.0, e) / (1 + e)
    return where((x == y) & (x == -torch.inf), 0.0, share)


def _share_slope(x: Tensor, y: Tensor) -> Tensor:
    return _share_op(x, y) * _share_op(y, x)


_share_op = pointwise("share", _share, _share_slope, lambda x, y: -_share_slope(x, y))


def _logaddexp(x: Tensor, y: Tensor) -> Tensor:
    high, low = torch.maximum(x, y), torch.minimum(x, y)
    d, error = difference(low, high)
    return high + torch.log1p(torch.exp(d) * (1 + error))


_logaddexp_op = pointwise("logaddexp", _logaddexp, lambda x, y: _share_op(x, y), lambda x, y: _share_op(y, x))


def logaddexp(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""log(exp(x) + exp(y)), with slopes $1/(1+e^{y-x})$ from the inputs.

    `torch.logaddexp` gives the value; its gradient is NaN for two equal infinities and off by 4e5 ulp in the
    smaller argument (float32). The written-out form overflows at 88.7 (float32) and 11.1 (float16). Specials:
    (-inf, -inf) -> -inf with slopes 0; (inf, inf) -> inf with slopes 1/2; (inf, finite) slopes (1, 0).

    >>> logaddexp(torch.tensor(1000.0), torch.tensor(1000.0)).item()
    1000.6931762695312
    """
    return _logaddexp_op(x, y)


def _log_difference(x: Tensor, y: Tensor) -> Tensor:
    high, low = torch.maximum(x, y), torch.minimum(x, y)
    d, error = difference(low, high)
    near, far = torch.log(-torch.expm1(d)), torch.log1p(-torch.exp(d) * (1 + error))
    log = where(d > -0.6931472, near, far)
    return where(high == -torch.inf, high, high + log)


def _log_difference_slope(x: Tensor, y: Tensor) -> Tensor:
    """e^x / (e^x - e^y) = -1 / expm1(y - x), with the rounding error of y - x put back."""
    d, error = difference(y, x)
    up = d > 0
    e = torch.expm1(-where(up, d, -d))
    weight = torch.exp(-where(up, d, -d))
    # d/dd of -1/expm1(d) times the error: relative size error * e^d / expm1(d).
    plain = where(up, -weight / e.abs() * (1 - error / e.abs()), (1 + error * weight / e.abs()) / e.abs())
    return where(torch.minimum(x, y) == -torch.inf, (x > y).to(x.dtype), plain)


def _nan_if_negative(x: Tensor, y: Tensor) -> Tensor:
    return where(x < y, torch.nan, _log_difference(x, y))


def _other_slope(x: Tensor, y: Tensor) -> Tensor:
    return _log_difference_slope(y, x)


_logsubexp_op = pointwise("logsubexp", _nan_if_negative, _log_difference_slope, _other_slope, pole=True)
_logabssubexp_op = pointwise("logsubexp", _log_difference, _log_difference_slope, _other_slope, pole=True)


def logsubexp(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""log(exp(x) - exp(y)) for x >= y: $x+\mathrm{log1mexp}(y-x)$; slopes $-1/\mathrm{expm1}(\pm(y-x))$.

    The written-out form overflows at 88.7 (float32) and 11.1 (float16) and is -inf or without correct digit
    for close arguments. Specials: x = y -> -inf with infinite slopes, x < y -> nan, (-inf, -inf) -> -inf with
    slopes 0. See `logsubexp_signed` for either order. Reference: Stan `log_diff_exp`; LogExpFunctions.jl
    `logsubexp`.

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
