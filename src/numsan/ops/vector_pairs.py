"""Float32 forms of operations of two and three arguments, and of log1pmx, for the compiler: see `vector_forms`."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops._select import where
from numsan.ops._series import ATANH, BELOW_0, SINH, horner

_NEAR, _LARGEST = -0.7, torch.finfo(torch.float32).max


def _gap(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """d = y - x and its rounding error (Knuth), exp(d) and 1 - exp(d), for x >= y."""
    d = y - x
    back = d - y
    error = (y - (d - back)) - (x + back)
    e = torch.exp(d)
    return d, error, e, where(d > _NEAR, -(d * d) * horner(BELOW_0, d) - d, 1 - e)


# Value and slopes have masks of their own: inductor would store those they share.
def logsubexp(x: Tensor, y: Tensor) -> Tensor:
    d, error, e, gap = _gap(x, y)
    # above 1/2 with what 1 - e rounds away
    rest = where(gap < 0.5, 0.0, (1 - gap) - e) - where(d > -1e30, error, 0.0) * e
    value = (torch.log(gap) + rest / gap) + x
    return where(gap > 0, value, where(gap < 0, torch.nan, (x + y) - torch.inf))


def _slopes(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """1/(1 - e), e/(1 - e), the relative change of the first by the error, and d."""
    d, error, e, gap = _gap(x, y)
    large = 1 / gap
    return large, e * large, where(d < -100, 0.0, error), d


def logsubexp_first(x: Tensor, y: Tensor) -> Tensor:
    large, small, error, d = _slopes(x, y)
    slope = where(d == 0, torch.inf, large + large * (error * small))
    return where(x < -_LARGEST, 0.0, slope)


def logsubexp_second(x: Tensor, y: Tensor) -> Tensor:
    large, small, error, d = _slopes(x, y)
    slope = where(d == 0, -torch.inf, -small - small * (error * large))
    return where(x < -_LARGEST, 0.0, slope)


# Beyond twice this distance only a weight of 0 leaves the smaller exponent in sight.
_HALF_REACH = 87.0


def log_mix(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """max - |h| + log(w e^h + (1 - w) e^-h), h = (x - y)/2: no mask tells which is the larger."""
    h = 0.5 * x - 0.5 * y
    h = where(h == h, h, 0.0).clamp(-_HALF_REACH, _HALF_REACH)
    up = torch.exp(h)
    down = 1 / up
    total = weight * up + (1 - weight) * down
    # -|h| goes into the logarithm where that is a normal number
    scaled = total * torch.minimum(up, down)
    usual = scaled > 1e-30
    mixed = torch.log(where(usual, scaled, total)) - where(usual, 0.0, h.abs()) + torch.maximum(x, y)
    # with a whole weight the other part does not count, however large it is
    pure = where(weight == 0, y, where(weight == 1, x, mixed))
    return where((weight - 0.5).abs() <= 0.5, pure, torch.nan)


def _shares(weight: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """h, e^h, e^-h and the reciprocal of their weighted sum, with the rounding error of x - y put back (Knuth)."""
    d = x - y
    back = d - x
    error = 0.5 * ((x - (d - back)) - (y + back))
    h = 0.5 * d
    error = where(h.abs() < _HALF_REACH, error, 0.0)
    h = where(x == y, 0.0, h).clamp(-_HALF_REACH, _HALF_REACH)
    up = torch.exp(h)
    down = 1 / up
    up, down = up + up * error, down - down * error
    return h + error, up, down, 1 / (weight * up + (1 - weight) * down)


def log_mix_weight(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    h, up, down, inverse = _shares(weight, x, y)
    square = h * h
    return where(square < 0.25, 2 * h + 2 * h * (square * horner(SINH, square)), up - down) * inverse


def log_mix_first(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    _, up, _, inverse = _shares(weight, x, y)
    return weight * up * inverse


def log_mix_second(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    _, _, down, inverse = _shares(weight, x, y)
    return (1 - weight) * down * inverse


def log1pmx(x: Tensor) -> Tensor:
    near = (x - 0.25).abs() < 0.75
    whole = 1 + x
    # u = x/(2 + x) near 0; elsewhere what 1 + x rounds away, over 1 + x
    part = where(near, x, x - (whole - 1)) / where(near, 2 + x, whole + 1e-38)
    square = part * part
    close = part * (2 * square * horner(ATANH, square) - x)
    far = (torch.log(whole) - x) + part
    return where(near, close, where(x == torch.inf, -torch.inf, far))


def log1pmx_slope(x: Tensor) -> Tensor:
    return -where(x == torch.inf, 1.0, x / (1 + x))
