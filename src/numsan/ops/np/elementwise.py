"""Elementwise operations of one and two arguments."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from numsan.ops.np._arrays import QUIET, Array, wide

_LN2 = math.log(2.0)


def log1mexp(x: ArrayLike) -> Array:
    """log(1 - exp(x)) for x <= 0; nan above.

    >>> float(log1mexp(-1e-30))
    -69.07755278982137
    """
    (z,), dtype = wide("log1mexp", x)
    with np.errstate(**QUIET):
        return np.where(z > -_LN2, np.log(-np.expm1(z)), np.log1p(-np.exp(z))).astype(dtype)


def log1pexp(x: ArrayLike) -> Array:
    """log(1 + exp(x)), without a threshold.

    >>> float(log1pexp(1000.0))
    1000.0
    """
    (z,), dtype = wide("log1pexp", x)
    with np.errstate(**QUIET):
        return (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))).astype(dtype)


def softplus_inverse(x: ArrayLike) -> Array:
    """log(exp(x) - 1) for x >= 0; nan below.

    >>> float(softplus_inverse(1000.0))
    1000.0
    """
    (z,), dtype = wide("softplus_inverse", x)
    high, rest = (
        (_LN2, 2.3190468138462996e-17)
        if z.dtype == np.float64
        else (0.6931471824645996, -1.9046542999577679e-09)
    )
    with np.errstate(**QUIET):
        middle = np.log1p(2 * np.expm1((z - z.dtype.type(high)) - z.dtype.type(rest)))
        outer = np.where(z < 0.42, np.log(np.expm1(z)), z + np.log(-np.expm1(-z)))
        return np.where((z >= 0.42) & (z < 1.5), middle, outer).astype(dtype)


log_expm1 = softplus_inverse


def sigmoid(x: ArrayLike) -> Array:
    """1 / (1 + exp(-x)).

    >>> float(sigmoid(-800.0)) == 0.0, float(sigmoid(0.0))
    (True, 0.5)
    """
    (z,), dtype = wide("sigmoid", x)
    with np.errstate(**QUIET):
        e = np.exp(-np.abs(z))
        return (np.where(z < 0, e, 1) / (1 + e)).astype(dtype)


def log_sigmoid(x: ArrayLike) -> Array:
    """log(sigmoid(x)) = -log1pexp(-x).

    >>> float(log_sigmoid(-1000.0))
    -1000.0
    """
    return -log1pexp(np.negative(x))


def log_cosh(x: ArrayLike) -> Array:
    """log(cosh(x)).

    >>> float(log_cosh(1e-10))
    5.000000...e-21
    """
    (z,), dtype = wide("log_cosh", x)
    size = np.abs(z)
    with np.errstate(**QUIET):
        small = np.log1p(2 * np.sinh(np.minimum(size, 1) / 2) ** 2)
        return np.where(size < 1, small, size + (np.log1p(np.exp(-2 * size)) - _LN2)).astype(dtype)


def logit(p: ArrayLike) -> Array:
    """log(p / (1 - p)) for 0 <= p <= 1; nan outside.

    >>> float(logit(0.5))
    0.0
    """
    (z,), dtype = wide("logit", p)
    with np.errstate(**QUIET):
        inner = 2 * np.arctanh(2 * z - 1)
        return np.where(np.abs(z - 0.5) < 0.25, inner, np.log(z) - np.log1p(-z)).astype(dtype)


def logit_from_log(log_p: ArrayLike) -> Array:
    """log(p / (1 - p)) from log p <= 0.

    >>> float(logit_from_log(-1e-30))
    69.07755278982137
    """
    return -softplus_inverse(np.negative(log_p))


def logsubexp(x: ArrayLike, y: ArrayLike) -> Array:
    """log(exp(x) - exp(y)) for x >= y; nan otherwise.

    >>> float(logsubexp(1000.0, 999.0))
    999.5413248546129
    """
    (a, b), dtype = wide("logsubexp", x, y)
    with np.errstate(**QUIET):
        d = np.where(a == b, 0, b - a)
        back = d - b
        error = np.where(np.isfinite(d), (b - (d - back)) - (a + back), 0)  # of the difference (Knuth)
        e = np.exp(d)
        value = np.where(d > -_LN2, np.log(-np.expm1(d) - error * e), np.log1p(-e * (1 + error)))
    return np.where(b == -np.inf, a, a + value).astype(dtype)


def xlogy(x: ArrayLike, y: ArrayLike) -> Array:
    """x log(y), 0 where x is 0.

    >>> float(xlogy(0.0, 0.0))
    0.0
    """
    (a, b), dtype = wide("xlogy", x, y)
    with np.errstate(**QUIET):
        product = a * np.log(np.where(a == 0, 1, b))
    return np.where(a == 0, np.where(np.isnan(b), np.nan, 0), product).astype(dtype)
