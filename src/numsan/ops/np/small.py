"""Elementwise operations that are small where their parts are not, and products with a logarithm."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numsan.ops.np._arrays import QUIET, Array, wide
from numsan.ops.np.elementwise import log_cosh


def tanh_log_det(x: ArrayLike) -> Array:
    """log(1 - tanh(x)^2) = -2 log cosh(x).

    >>> float(tanh_log_det(1000.0))
    -1998.6137...
    """
    (z,), dtype = wide("tanh_log_det", x)
    return (-2 * log_cosh(z)).astype(dtype)


def logaddexp(x: ArrayLike, y: ArrayLike) -> Array:
    """log(exp(x) + exp(y)), numpy's own; float16 is computed in float32.

    >>> float(logaddexp(1000.0, 1000.0))
    1000.6931471805599
    """
    (a, b), dtype = wide("logaddexp", x, y)
    return np.logaddexp(a, b).astype(dtype)


def xlog1py(x: ArrayLike, y: ArrayLike) -> Array:
    """x log(1 + y), 0 where x is 0.

    >>> float(xlog1py(0.0, -1.0))
    0.0
    """
    (a, b), dtype = wide("xlog1py", x, y)
    with np.errstate(**QUIET):
        product = a * np.log1p(np.where(a == 0, 0, b))
    return np.where((a == 0) & ~np.isnan(b), 0, np.where(np.isnan(b), np.nan, product)).astype(dtype)


def xlogx(x: ArrayLike) -> Array:
    """x log(x), 0 at 0.

    >>> float(xlogx(0.0))
    0.0
    """
    (z,), dtype = wide("xlogx", x)
    z = z.astype(np.float64)  # numpy's float32 logarithm is off by 2.4 ulp
    with np.errstate(**QUIET):
        return np.where(z == 0, 0, z * np.log(z)).astype(dtype)


def sqrt1pm1(x: ArrayLike) -> Array:
    """sqrt(1 + x) - 1 for x >= -1.

    >>> float(sqrt1pm1(1e-30))
    5e-31
    """
    (z,), dtype = wide("sqrt1pm1", x)
    with np.errstate(**QUIET):
        root = z / (np.sqrt(1 + z) + 1)
        # One Newton step on y (2 + y) = x.
        better = root + ((z - 2 * root) - root * root) / (2 * (1 + root))
        return np.where(np.isfinite(better), better, np.where(z == np.inf, z, root)).astype(dtype)


def log1psquare(x: ArrayLike) -> Array:
    """log(1 + x^2), also where the square overflows.

    >>> float(log1psquare(1e200))
    921.0340371976183
    """
    (z,), dtype = wide("log1psquare", x)
    size = np.abs(z)
    large = size > (1e5 if z.dtype == np.float32 else 1e9)
    with np.errstate(**QUIET):
        near = np.log1p(np.where(large, 0, size) ** 2)
        return np.where(large, 2 * np.log(np.where(large, size, 1)), near).astype(dtype)


def cosm1(x: ArrayLike) -> Array:
    """cos(x) - 1 = -2 sin(x/2)^2.

    >>> float(cosm1(1e-10))
    -5...e-21
    """
    (z,), dtype = wide("cosm1", x)
    with np.errstate(**QUIET):
        return (-2 * np.sin(z / 2) ** 2).astype(dtype)


def powm1(x: ArrayLike, y: ArrayLike) -> Array:
    """x^y - 1 for x > 0.

    >>> float(powm1(2.0, 1e-10))
    6.9314...e-11
    """
    (a, b), dtype = wide("powm1", x, y)
    with np.errstate(**QUIET):
        exponent = b * np.log(a)
        return np.where(np.abs(exponent) < 0.5, np.expm1(exponent), a**b - 1).astype(dtype)


def silu(x: ArrayLike) -> Array:
    """x / (1 + exp(-x)), without a subnormal factor.

    >>> float(silu(-np.inf))
    -0.0
    """
    (z,), dtype = wide("silu", x)
    with np.errstate(**QUIET):
        root = np.exp(-np.abs(z) / 2)
        finite = np.maximum(z, np.finfo(z.dtype).min)
        return (np.where(z < 0, finite * root * root, z) / (1 + root * root)).astype(dtype)
