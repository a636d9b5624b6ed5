"""Functions near their roots as short series, for the compiler.

Inductor's vector code writes expm1(x) as exp(x) - 1, and its erf and atanh lose every digit near 0 too (torch
2.13, CPU): 1e-10 becomes 0. It also pays five times as much for a logarithm as for a polynomial. Outside of
the compiler these are torch's own functions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from numsan.ops._select import where

# Where the next term is below the rounding of float64: of the odd series up to 1/3, of the exponential to 0.7.
_ODD_TERMS, _POWERS = 18, 18
_NEAR = 0.7


# float32, fitted here with mpmath, errors below 2e-8: (exp(x) - 1 - x)/x^2 on [-0.7, 0] and on [-0.7, 0.7],
# (atanh(s)/s - 1)/s^2 in s^2 up to 1/9
BELOW_0 = (
    0.0010357083519920707,
    0.008073250763118267,
    0.04157695546746254,
    0.16665293276309967,
    0.4999993145465851,
)
AROUND_0 = (
    2.47805528488243e-05, 0.00020100577967241406, 0.0013890486443415284, 0.008332601748406887,
    0.04166661947965622, 0.16666673123836517, 0.5,
)  # fmt: skip
# (sinh(x)/x - 1)/x^2 in x^2 up to 1
SINH = (2.8169513370812638e-06, 0.0001983615948120132, 0.008333349600434303, 0.1666666716337204)
ATANH = (0.14012296497821808, 0.1399955451488495, 0.20010851323604584, 0.3333320617675781)


def horner(coefficients: Sequence[float], x: Tensor) -> Tensor:
    """The polynomial, highest coefficient first."""
    first, second, *rest = coefficients
    value = first * x + second
    for c in rest:
        value = value * x + c
    return value


def twice_atanh(s: Tensor) -> Tensor:
    """2 atanh(s) = log((1 + s)/(1 - s)) for |s| <= 1/3."""
    square, twice = s * s, 2 * s
    if s.dtype == torch.float32:
        return twice + twice * (square * horner(ATANH, square))
    series = torch.zeros_like(s)
    for n in reversed(range(1, _ODD_TERMS)):
        series = (series + 1 / (2 * n + 1)) * square
    return twice + twice * series


def log1p_unit(e: Tensor) -> Tensor:
    """log(1 + e) for -1/2 <= e <= 1."""
    return twice_atanh(e / (2 + e)) if torch.compiler.is_compiling() else torch.log1p(e)


def log1p(x: Tensor) -> Tensor:
    """log(1 + x); in the compiler for float32 as the logarithm, which costs half as much there, with what 1 + x
    rounds away put back: over 1 + x, which below 2 is as good as times 1 - x and above does not matter."""
    if not torch.compiler.is_compiling() or x.dtype != torch.float32:
        return torch.log1p(x)
    near = x.clamp(max=4.0)
    whole = 1 + near
    return torch.log(1 + x) + (near - (whole - 1)) * torch.relu(2 - whole)


def expm1_near(x: Tensor) -> Tensor:
    """exp(x) - 1 for |x| <= 0.7."""
    if not torch.compiler.is_compiling():
        return torch.expm1(x)
    if x.dtype == torch.float32:
        return x + x * x * horner(AROUND_0, x)
    series = torch.zeros_like(x)
    for n in reversed(range(2, _POWERS + 1)):
        series = (series + 1) * x * (1 / n)
    return x + x * series


def expm1(x: Tensor) -> Tensor:
    """exp(x) - 1."""
    if not torch.compiler.is_compiling():
        return torch.expm1(x)
    return where(x.abs() < _NEAR, expm1_near(x), torch.exp(x) - 1)


def expm1_negative(x: Tensor) -> Tensor:
    """exp(x) - 1 for x <= 0."""
    if not torch.compiler.is_compiling():
        return torch.expm1(x)
    if x.dtype != torch.float32:
        return expm1(x)
    return where(x > -_NEAR, x * x * horner(BELOW_0, x) + x, torch.exp(x) - 1)


def atanh(x: Tensor) -> Tensor:
    """artanh(x)."""
    if not torch.compiler.is_compiling():
        return torch.atanh(x)
    size = x.abs()
    return (0.5 * log1p(2 * size / (1 - size))).copysign(x)


def acosh(x: Tensor) -> Tensor:
    """arcosh(x); inductor squares x, which overflows."""
    if not torch.compiler.is_compiling():
        return torch.acosh(x)
    large, rest = x > 1e8, x - 1
    log = log1p(where(large, x, rest + (rest * torch.relu(x + 1)).sqrt()))
    return where(large, log + math.log(2), log)


_ERF = [2 / math.sqrt(math.pi) * (-1) ** n / (math.factorial(n) * (2 * n + 1)) for n in range(20)]


def erf(x: Tensor) -> Tensor:
    """The error function."""
    if not torch.compiler.is_compiling():
        return torch.erf(x)
    square = x * x
    series = torch.zeros_like(x)
    for c in reversed(_ERF[: 11 if x.dtype == torch.float32 else 20]):
        series = series * square + c
    return where(square < 1, series * x, torch.erf(x))
