"""Loader's saddle-point pieces: densities with large parameters without differences of large log-gammas.

lgamma(1e6) is 1.3e7: in float32 its spacing is 1, and a log-probability made of three such numbers is off by
1 to 3. Everything here is computed in float64 and rounded once by the caller.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops._pointwise import accumulator
from numsan.ops.remainders import log1pmx

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400)


def inner(x: Tensor) -> Tensor:
    """The argument in the format of the computation."""
    return x.to(torch.promote_types(x.dtype, accumulator(x)))


def stirling_error(n: Tensor) -> Tensor:
    """log Gamma(n + 1) - ((n + 1/2) log n - n + log(2 pi)/2) for n > 0; a series from 16 on."""
    large = n >= 16
    far = torch.where(large, n, 16.0)
    inverse_square = 1 / far.square()
    series = torch.zeros_like(far)
    for c in reversed(_STIRLING):
        series = series * inverse_square + c
    near = torch.where(large, 1.0, n)
    direct = torch.lgamma(near + 1) - ((near + 0.5) * torch.log(near) - near + HALF_LOG_2PI)
    return torch.where(large, series / far, direct)


def deviance(x: Tensor, m: Tensor) -> Tensor:
    """x log(x/m) + m - x for x > 0 and m > 0: 0 at x = m, and accurate around it."""
    ratio = (m - x) / x
    near = ratio.abs() < 0.9
    close = -x * log1pmx(torch.where(near, ratio, 0.0))
    apart = x * torch.log(torch.where(near, 1.0, x / m)) + m - x
    return torch.where(near, close, apart)


def binomial_interior(k: Tensor, rest: Tensor, p: Tensor, q: Tensor) -> Tensor:
    """log of C(k + rest, k) p^k q^rest for positive k and rest (not necessarily whole), 0 < p, q."""
    n = k + rest
    errors = stirling_error(n) - stirling_error(k) - stirling_error(rest)
    return (
        errors
        - deviance(k, n * p)
        - deviance(rest, n * q)
        - HALF_LOG_2PI
        - 0.5 * torch.log(k)
        - 0.5 * torch.log(rest / n)
    )
