"""numpy twins of the elementwise and log-space operations: same names, same algorithms, no torch, values
only.

float16 is computed in float32 and rounded once; integers and complex numbers are refused.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]
Axis = int | tuple[int, ...] | None
_LN2 = math.log(2.0)
_QUIET: dict[str, Any] = {"over": "ignore", "under": "ignore", "invalid": "ignore", "divide": "ignore"}


def _wide(name: str, *args: ArrayLike) -> tuple[tuple[Array, ...], np.dtype[Any]]:
    """Arguments in one format that computes (float32 or float64), and the format to return."""
    arrays = [np.asarray(a) for a in args]
    for a, given in zip(arrays, args, strict=True):
        if a.dtype.kind != "f" and not isinstance(given, int):
            raise TypeError(
                f"numsan.ops.np.{name} needs floating-point numbers, got {a.dtype}: convert them first"
            )
    # Python numbers follow the arrays, as in numpy 2.
    dtype = np.result_type(
        *(g if isinstance(g, int | float) else a for a, g in zip(arrays, args, strict=True))
    )
    dtype = dtype if dtype.kind == "f" else np.dtype(np.float64)
    inner = np.result_type(dtype, np.float32)
    return tuple(a.astype(inner) for a in arrays), dtype


def log1mexp(x: ArrayLike) -> Array:
    """log(1 - exp(x)) for x <= 0; nan above.

    >>> float(log1mexp(-1e-30))
    -69.07755278982137
    """
    (z,), dtype = _wide("log1mexp", x)
    with np.errstate(**_QUIET):
        return np.where(z > -_LN2, np.log(-np.expm1(z)), np.log1p(-np.exp(z))).astype(dtype)


def log1pexp(x: ArrayLike) -> Array:
    """log(1 + exp(x)), without a threshold.

    >>> float(log1pexp(1000.0))
    1000.0
    """
    (z,), dtype = _wide("log1pexp", x)
    with np.errstate(**_QUIET):
        return (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))).astype(dtype)


def softplus_inverse(x: ArrayLike) -> Array:
    """log(exp(x) - 1) for x >= 0; nan below.

    >>> float(softplus_inverse(1000.0))
    1000.0
    """
    (z,), dtype = _wide("softplus_inverse", x)
    high, rest = (
        (_LN2, 2.3190468138462996e-17)
        if z.dtype == np.float64
        else (0.6931471824645996, -1.9046542999577679e-09)
    )
    with np.errstate(**_QUIET):
        middle = np.log1p(2 * np.expm1((z - z.dtype.type(high)) - z.dtype.type(rest)))
        outer = np.where(z < 0.42, np.log(np.expm1(z)), z + np.log(-np.expm1(-z)))
        return np.where((z >= 0.42) & (z < 1.5), middle, outer).astype(dtype)


def sigmoid(x: ArrayLike) -> Array:
    """1 / (1 + exp(-x)).

    >>> float(sigmoid(-800.0)) == 0.0, float(sigmoid(0.0))
    (True, 0.5)
    """
    (z,), dtype = _wide("sigmoid", x)
    with np.errstate(**_QUIET):
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
    (z,), dtype = _wide("log_cosh", x)
    size = np.abs(z)
    with np.errstate(**_QUIET):
        small = np.log1p(2 * np.sinh(np.minimum(size, 1) / 2) ** 2)
        return np.where(size < 1, small, size + (np.log1p(np.exp(-2 * size)) - _LN2)).astype(dtype)


def logit(p: ArrayLike) -> Array:
    """log(p / (1 - p)) for 0 <= p <= 1; nan outside.

    >>> float(logit(0.5))
    0.0
    """
    (z,), dtype = _wide("logit", p)
    with np.errstate(**_QUIET):
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
    (a, b), dtype = _wide("logsubexp", x, y)
    with np.errstate(**_QUIET):
        gap = np.where(a == b, 0, b - a)
        value = a + log1mexp(gap)
    return np.where(b == -np.inf, a, value).astype(dtype)


def logsumexp(
    x: ArrayLike,
    axis: Axis = None,
    keepdims: bool = False,
    weights: ArrayLike | None = None,
    where: ArrayLike = True,
) -> Array:
    """log(sum w exp(x)) over `axis` where `where` is True; -inf for nothing, nan for a negative sum.

    >>> float(logsumexp([1000.0, 1000.0]))
    1000.6931471805599
    """
    (z,), dtype = _wide("logsumexp", x)
    w = np.ones_like(z) if weights is None else np.broadcast_to(np.asarray(weights, z.dtype), z.shape)
    take = np.broadcast_to(np.asarray(where, bool), z.shape) & (w != 0)
    hidden = np.where(take, z, -np.inf)
    peak = hidden.max(axis, keepdims=True, initial=-np.inf)
    with np.errstate(**_QUIET):
        shift = np.where(peak == -np.inf, 0, peak)
        d = np.where(hidden == shift, 0, hidden - shift)
        total = (np.where(take, w, 0) * np.exp(d)).sum(axis, keepdims=True, dtype=np.float64)
        out = np.where(peak == -np.inf, -np.inf, np.log1p(total - 1) + peak).astype(dtype)
    return out if keepdims else np.squeeze(out, axis)


def logmeanexp(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """log(mean(exp(x))) over `axis`.

    >>> float(logmeanexp([1000.0, 1000.0]))
    1000.0
    """
    (z,), dtype = _wide("logmeanexp", x)
    total = logsumexp(z.astype(np.float64), axis, keepdims)
    return (total - math.log(max(z.size // max(total.size, 1), 1))).astype(dtype)


def log_softmax(x: ArrayLike, axis: int = -1, where: ArrayLike = True) -> Array:
    """x - logsumexp(x) over `axis`; -inf where hidden, and for a row with nothing left.

    >>> log_softmax([0.0, -np.inf]).tolist()
    [0.0, -inf]
    """
    (z,), dtype = _wide("log_softmax", x)
    hidden = np.where(np.asarray(where, bool), z, -np.inf)
    peak = hidden.max(axis, keepdims=True, initial=-np.inf)
    with np.errstate(**_QUIET):
        d = np.where(hidden == peak, np.where(peak == -np.inf, -np.inf, 0), hidden - peak)
        total = logsumexp(d, axis, keepdims=True)
        return np.where(total == -np.inf, -np.inf, d - total).astype(dtype)


def softmax(x: ArrayLike, axis: int = -1, where: ArrayLike = True) -> Array:
    """exp(log_softmax(x)); 0 for a row with nothing left.

    >>> softmax([-np.inf, -np.inf]).tolist()
    [0.0, 0.0]
    """
    (z,), dtype = _wide("softmax", x)
    return np.exp(log_softmax(z, axis, where)).astype(dtype)


def xlogy(x: ArrayLike, y: ArrayLike) -> Array:
    """x log(y), 0 where x is 0.

    >>> float(xlogy(0.0, 0.0))
    0.0
    """
    (a, b), dtype = _wide("xlogy", x, y)
    return np.where(a == 0, np.where(np.isnan(b), np.nan, 0), a * np.log(np.where(a == 0, 1, b))).astype(
        dtype
    )
