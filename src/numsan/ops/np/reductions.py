"""Log-space reductions along axes, with masks that may hide everything."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from numsan.ops.np._arrays import QUIET, Array, Axis, wide


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
    (z,), dtype = wide("logsumexp", x)
    w = np.ones_like(z) if weights is None else np.broadcast_to(np.asarray(weights, z.dtype), z.shape)
    take = np.broadcast_to(np.asarray(where, bool), z.shape) & (w != 0)
    hidden = np.where(take, z, -np.inf)
    peak = hidden.max(axis, keepdims=True, initial=-np.inf)
    with np.errstate(**QUIET):
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
    (z,), dtype = wide("logmeanexp", x)
    total = logsumexp(z.astype(np.float64), axis, keepdims)
    return (total - math.log(max(z.size // max(total.size, 1), 1))).astype(dtype)


def log_softmax(x: ArrayLike, axis: int = -1, where: ArrayLike = True) -> Array:
    """x - logsumexp(x) over `axis`; -inf where hidden, and for a row with nothing left.

    >>> log_softmax([0.0, -np.inf]).tolist()
    [0.0, -inf]
    """
    (z,), dtype = wide("log_softmax", x)
    hidden = np.where(np.asarray(where, bool), z, -np.inf)
    peak = hidden.max(axis, keepdims=True, initial=-np.inf)
    with np.errstate(**QUIET):
        d = np.where(hidden == peak, np.where(peak == -np.inf, -np.inf, 0), hidden - peak)
        total = logsumexp(d, axis, keepdims=True)
        return np.where(total == -np.inf, -np.inf, d - total).astype(dtype)


def softmax(x: ArrayLike, axis: int = -1, where: ArrayLike = True) -> Array:
    """exp(log_softmax(x)); 0 for a row with nothing left.

    >>> softmax([-np.inf, -np.inf]).tolist()
    [0.0, 0.0]
    """
    (z,), dtype = wide("softmax", x)
    return np.exp(log_softmax(z, axis, where)).astype(dtype)
