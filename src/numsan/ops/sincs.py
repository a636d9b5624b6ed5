"""sin(pi x)/(pi x), whose argument is reduced exactly and whose slope cancels."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops import vector_forms
from numsan.ops._fused import in_pieces
from numsan.ops._pointwise import floating, pointwise
from numsan.ops._select import beyond, patch, where
from numsan.ops.exact import product


def _sinpi(x: Tensor) -> tuple[Tensor, Tensor]:
    """sin(pi x) and cos(pi x), relatively accurate at their roots."""
    k = torch.round(x)
    f = x - k
    sign = 1 - 2 * torch.remainder(k, 2)
    outer = 0.5 - f.abs()
    cosine = where(f.abs() > 0.25, torch.sin(math.pi * outer), torch.cos(math.pi * f))
    return sign * torch.sin(math.pi * f), sign * cosine


_PI_REST = {torch.float64: 1.2246467991473532e-16, torch.float32: -8.742277657347586e-08}


def _sinc(x: Tensor) -> Tensor:
    """sin(pi x)/(pi x) with both products pi x as pairs of numbers."""
    safe = where((x == 0) | (x.abs() > 1e30), 0.5, x)
    k = torch.round(safe)
    f, pi, rest = safe - k, torch.full_like(x, math.pi), _PI_REST[x.dtype]
    (z, e_z), (q, e_q) = product(f, pi), product(safe, pi)
    ratio, sign = torch.sin(z) / q, 1 - 2 * torch.remainder(k, 2)
    ratio = sign * (ratio + ((e_z + rest * f) * torch.cos(z) - ratio * (e_q + rest * safe)) / q)
    return where(x == 0, 1.0, where(x.abs() > 1e30, 0.0, ratio))


_SINC_SLOPE = [(-1) ** n * 2 * n * math.pi ** (2 * n) / math.factorial(2 * n + 1) for n in range(1, 13)]


def _sinc_slope(x: Tensor) -> Tensor:
    near = x.abs() < 0.6
    small = where(near, x, 0.0)
    series = torch.zeros_like(x)
    for c in reversed(_SINC_SLOPE):
        series = series * small.square() + c
    far = where(near | (x.abs() == torch.inf), 1.0, x)
    sine, cosine = _sinpi(far)
    direct = (cosine - sine / far / math.pi) / far
    return where(near, small * series, where((x.abs() == torch.inf), 0.0, direct))


def _sinc_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """In float64, except where (cos(pi x) - sinc(x))/x cancels even there, and at infinity."""
    odd = beyond(x.abs(), 1e-4, torch.finfo(x.dtype).max)
    turn = x - 2 * torch.round(x / 2)
    # sin(pi t) = sin(pi (1 - t)): at whole numbers an exact 0
    fold = torch.minimum(turn.abs(), 1 - turn.abs()).copysign_(turn)
    inverse = x.double().reciprocal_()
    value = fold.double().mul_(math.pi).sin_().mul_(inverse).mul_(1 / math.pi)
    slope = turn.double().mul_(math.pi).cos_().sub_(value).mul_(inverse).to(x.dtype) if need else x
    value = patch(value.to(x.dtype), odd, _sinc, x)
    return (value, patch(slope, odd, _sinc_slope, x)) if need else (value,)


_sinc_op = pointwise(
    "sinc",
    _sinc,
    _sinc_slope,
    fused32=in_pieces(_sinc_fused32),
    vector32=(vector_forms.sinc, vector_forms.sinc_slope),
)


def sinc(x: Tensor) -> Tensor:
    r"""sin(pi x) / (pi x); slope (cos(pi x) - sinc(x))/x, a series below 0.6; argument reduced exactly.

    `torch.sinc` has a slope of no correct digit below 1e-4 (float32) and a NaN second derivative at 0.
    Specials: 0 -> 1 with slope 0, +-inf -> 0.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> x = torch.tensor(1e-4, requires_grad=True)

    >>> torch.autograd.grad(sinc(x), x)[0].item()
    -0.000328986...
    """
    return _sinc_op(floating("sinc", x))
