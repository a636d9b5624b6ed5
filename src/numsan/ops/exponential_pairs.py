"""Functions whose vector code in torch is wrong where its scalar code is right: erf in half formats, cosh
near overflow."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops import vector_forms, vector_tails
from numsan.ops._pointwise import pointwise
from numsan.ops._select import beyond, patch, where
from numsan.ops._series import erf as erf_value
from numsan.ops.exact import product, wider


def _exp_minus_square(x: Tensor) -> Tensor:
    x = x.clamp(-30, 30)
    square, error = product(x, x)
    bell = torch.exp(-square)
    return bell - bell * error


_PEAK = 2 / math.sqrt(math.pi)


def _bell(x: Tensor) -> Tensor:
    """exp(-x^2) of a float32, whose square is exact in float64."""
    square = x.double()
    return square.mul_(square).neg_().exp_()


def _erf_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    return (torch.erf(x), _bell(x).mul_(_PEAK)) if need else (torch.erf(x),)


def _erfc_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    return (torch.erfc(x), _bell(x).mul_(-_PEAK)) if need else (torch.erfc(x),)


_erf_op = pointwise(
    "erf",
    erf_value,
    lambda x: _PEAK * _exp_minus_square(wider(x)),
    fused32=_erf_fused32,
    vector32=(vector_tails.erf, vector_tails.erf_slope),
)
_erfc_op = pointwise(
    "erfc",
    torch.erfc,
    lambda x: -_PEAK * _exp_minus_square(wider(x)),
    fused32=_erfc_fused32,
    vector32=(vector_tails.erfc, vector_tails.erfc_slope),
)


def erf(x: Tensor) -> Tensor:
    r"""The error function; slope $2e^{-x^2}/\sqrt\pi$ with an exact square. Half formats run in float32.

    `torch.erf` of bfloat16 is 0 for 1e-7 in vector code.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> erf(torch.full((64,), 1e-7, dtype=torch.bfloat16))[0].item()
    1.1315569281578064e-07
    """
    return _erf_op(x)


def erfc(x: Tensor) -> Tensor:
    r"""1 - erf(x); slope $-2e^{-x^2}/\sqrt\pi$ with an exact square (torch: 54 ulp in float32, 470 in
    float64).
    Expensive under torch.compile: docs/ops/speed.md.

    >>> erfc(torch.tensor(5.0)).item()
    1.5374598295869735e-12
    """
    return _erfc_op(x)


def _half_exponential(x: Tensor) -> Tensor:
    root = torch.exp(x.abs() / 2)
    large = x.abs() > 20
    return where(large, root / 2 * root, torch.cosh(where(large, 0.0, x)))


def _sinh(x: Tensor) -> Tensor:
    root = torch.exp(x.abs() / 2)
    large = x.abs() > 20
    return where(large, (root / 2 * root).copysign(x), torch.sinh(where(large, 0.0, x)))


_EDGE = {torch.float32: 88.0, torch.float64: 709.0}


def _cosh_sinh(x: Tensor) -> tuple[Tensor, Tensor]:
    far = beyond(x, -_EDGE[x.dtype], _EDGE[x.dtype])
    return patch(torch.cosh(x), far, _half_exponential, x), patch(torch.sinh(x), far, _sinh, x)


def _cosh_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    return _cosh_sinh(x) if need else _cosh_sinh(x)[:1]


def _sinh_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    return _cosh_sinh(x)[::-1] if need else _cosh_sinh(x)[1:]


_cosh_op = pointwise(
    "cosh",
    _half_exponential,
    lambda x: sinh(x),
    fused=_cosh_fused,
    vector32=(vector_forms.cosh, vector_forms.sinh),
)
_sinh_op = pointwise(
    "sinh",
    _sinh,
    lambda x: cosh(x),
    fused=_sinh_fused,
    vector32=(vector_forms.sinh, vector_forms.cosh),
)


def cosh(x: Tensor) -> Tensor:
    r"""cosh(x), also where exp(x) overflows and cosh(x) does not (88.72 to 89.41 in float32).

    `torch.cosh(89)` is inf in vector code, 2.2e38 in scalar code.

    >>> cosh(torch.full((64,), 89.0))[0].item()
    2.2448063889081578e+38
    """
    return _cosh_op(x)


def sinh(x: Tensor) -> Tensor:
    r"""sinh(x), also where exp(x) overflows and sinh(x) does not.

    >>> sinh(torch.full((64,), -89.0))[0].item()
    -2.2448063889081578e+38
    """
    return _sinh_op(x)
