"""What is left of functions when their first terms are taken off, and the two-part mixture."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from numsan.ops.np._arrays import QUIET, Array, wide


def exprel(x: ArrayLike) -> Array:
    """(exp(x) - 1)/x, 1 at 0.

    >>> float(exprel(1e-10)), float(exprel(-np.inf))
    (1.00000000005, 0.0)
    """
    (z,), dtype = wide("exprel", x)
    large = z > (88 if z.dtype == np.float32 else 709)
    far = np.where(large, z, 1)
    near = np.where(large | (z == 0), 1, z)
    with np.errstate(**QUIET):
        # Taken 16521/1024 lower, whose exponential lies within 0.002 ulp of a number of both formats.
        high = np.where(z == np.inf, z, np.exp(far - z.dtype.type(16521 / 1024)) * (10158171.998303628 / far))
        return np.where(large, high, np.where(z == 0, 1, np.expm1(near) / near)).astype(dtype)


def log1pmx(x: ArrayLike) -> Array:
    """log(1 + x) - x for x >= -1.

    >>> float(log1pmx(1e-10))
    -4.999999999...e-21
    """
    (z,), dtype = wide("log1pmx", x)
    low, high = (z > -0.7) & (z < -0.4), (z > 0.7) & (z < 1.5)
    centre = (z >= -0.4) & (z <= 0.7)
    # 1 + x = (1 + u)/2 or 3(1 + u)/2 moves the outer ranges to the middle one.
    u = np.where(low, 2 * z + 1, np.where(high, (z - 0.5) / z.dtype.type(1.5), np.where(centre, z, 0)))
    r = u / (2 + u)
    square = r * r
    series = np.zeros_like(z)
    for n in reversed(range(16)):
        series = series * square + z.dtype.type(1 / (2 * n + 3))
    kernel = r * (2 * square * series - u)
    shift = np.where(low, 0.5 - math.log(2), math.log(1.5) - 0.5).astype(z.dtype)
    moved = np.where(low, u / 2, -u / 2) + shift + kernel
    with np.errstate(**QUIET):
        return np.where(
            centre, kernel, np.where(low | high, moved, np.log1p(np.minimum(z, 1e38)) - z)
        ).astype(dtype)


def sinc(x: ArrayLike) -> Array:
    """sin(pi x)/(pi x), 1 at 0, an exact 0 at other whole numbers.

    >>> sinc([0.0, 1.0, 1e300]).tolist()
    [1.0, 0.0, 0.0]
    """
    (z,), dtype = wide("sinc", x)
    finite = np.where(np.isinf(z), 1, z)
    turn = finite - 2 * np.round(finite / 2)
    fold = np.copysign(np.minimum(np.abs(turn), 1 - np.abs(turn)), turn)
    safe = np.where(finite == 0, 1, finite)
    with np.errstate(**QUIET):
        ratio = np.sin(np.pi * fold.astype(np.float64)) / (np.pi * safe.astype(np.float64))
    return np.where(finite == 0, 1, ratio).astype(dtype)


def log_mix(weight: ArrayLike, x: ArrayLike, y: ArrayLike) -> Array:
    """log(w exp(x) + (1 - w) exp(y)) for 0 <= w <= 1; nan for other weights.

    >>> float(log_mix(0.25, 1000.0, 990.0))
    998.6138...
    """
    (w, a, b), dtype = wide("log_mix", weight, x, y)
    down = b <= a
    with np.errstate(**QUIET):
        d = np.where(a == b, 0, -np.abs(a.astype(np.float64) - b))
        major, minor = np.where(down, w, 1 - w), np.where(down, 1 - w, w)
        missing = minor * np.expm1(d)
        log = np.where(missing > -0.5, np.log1p(missing), np.log(major + minor * np.exp(d)))
        mixed = np.maximum(a, b) + log
    return np.where((w < 0) | (w > 1), np.nan, mixed).astype(dtype)
