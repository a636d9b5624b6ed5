"""Log-space operations with a sign or along an axis, and guards against 0/0 and 0 times infinity."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numsan.ops.np._arrays import QUIET, Array, Axis, wide
from numsan.ops.np.elementwise import log1mexp, log1pexp, log_sigmoid, logsubexp


def softplus(x: ArrayLike, beta: float = 1.0) -> Array:
    """log(1 + exp(beta x))/beta, without a threshold; beta > 0.

    >>> float(softplus(1000.0, 2.0))
    1000.0
    """
    if not beta > 0:
        raise ValueError(f"softplus needs {beta=} > 0")
    (z,), dtype = wide("softplus", x)
    return (log1pexp(z * beta) / beta).astype(dtype)


def logsubexp_signed(x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """(log|exp(x) - exp(y)|, its sign), for any order.

    >>> [float(v) for v in logsubexp_signed(999.0, 1000.0)]
    [999.5413248546129, -1.0]
    """
    (a, b), dtype = wide("logsubexp_signed", x, y)
    with np.errstate(**QUIET):
        sign = np.where(a == b, 0, np.sign(a - b))
    return logsubexp(np.maximum(a, b), np.minimum(a, b)).astype(dtype), sign.astype(dtype)


def logsumexp_signed(
    x: ArrayLike, weights: ArrayLike, axis: Axis = None, keepdims: bool = False
) -> tuple[Array, Array]:
    """(log|sum w exp(x)|, its sign) over `axis`; what has the weight 0 is not looked at.

    >>> [float(v) for v in logsumexp_signed([1000.0, 999.0], [1.0, -1.0])]
    [999.5413248546129, 1.0]
    """
    (z, w), dtype = wide("logsumexp_signed", x, weights)
    z, w = np.broadcast_arrays(z.astype(np.float64), w.astype(np.float64))
    hidden = np.where(w == 0, -np.inf, z)
    peak = hidden.max(axis, keepdims=True, initial=-np.inf)
    with np.errstate(**QUIET):
        shift = np.where(peak == -np.inf, 0, peak)
        total = (w * np.exp(np.where(hidden == shift, 0, hidden - shift))).sum(axis, keepdims=True)
        value = np.where(total == 0, -np.inf, np.log(np.abs(total)) + shift)
    out = value.astype(dtype), np.sign(total).astype(dtype)
    return out if keepdims else (np.squeeze(out[0], axis), np.squeeze(out[1], axis))


def logcumsumexp(x: ArrayLike, axis: int = -1) -> Array:
    """log of the running sum of exp(x) along `axis`, in float64.

    >>> logcumsumexp([-np.inf, 1000.0, 1000.0]).tolist()
    [-inf, 1000.0, 1000.6931471805599]
    """
    (z,), dtype = wide("logcumsumexp", x)
    return np.logaddexp.accumulate(z.astype(np.float64), axis).astype(dtype)


def log_abs_prod(x: ArrayLike, axis: Axis = None) -> tuple[Array, Array]:
    """(log|prod x|, its sign) over `axis`; a factor 0 gives (-inf, 0).

    >>> [float(v) for v in log_abs_prod(np.full(200, -1e-2))]
    [-921.03403719761..., 1.0]
    """
    (z,), dtype = wide("log_abs_prod", x)
    with np.errstate(**QUIET):
        return np.log(np.abs(z.astype(np.float64))).sum(axis).astype(dtype), np.sign(z).prod(axis).astype(
            dtype
        )


def log_abs_cumprod(x: ArrayLike, axis: int = -1) -> tuple[Array, Array]:
    """(log|running product|, its sign) along `axis`.

    >>> [float(v[-1]) for v in log_abs_cumprod(np.full(3, 1e200))]
    [1381.5510557964..., 1.0]
    """
    (z,), dtype = wide("log_abs_cumprod", x)
    with np.errstate(**QUIET):
        logs = np.log(np.abs(z.astype(np.float64))).cumsum(axis)
    return logs.astype(dtype), np.sign(z).cumprod(axis).astype(dtype)


def log_sigmoid_difference(x: ArrayLike, y: ArrayLike) -> Array:
    """log(sigmoid(x) - sigmoid(y)) for x >= y; equal -> -inf, nan for x < y.

    >>> float(log_sigmoid_difference(100.0, 99.0))
    -99.45867514538...
    """
    (a, b), dtype = wide("log_sigmoid_difference", x, y)
    with np.errstate(**QUIET):
        gap = np.where(a == b, 0, b - a)
        value = log_sigmoid(a) + log1mexp(gap) + log_sigmoid(-b)
    return np.where(a == b, -np.inf, value).astype(dtype)


def mish(x: ArrayLike) -> Array:
    """x tanh(log(1 + exp(x))); -inf -> -0.

    >>> float(mish(-np.inf)), float(mish(1000.0))
    (-0.0, 1000.0)
    """
    (z,), dtype = wide("mish", x)
    with np.errstate(**QUIET):
        root = np.exp(-np.abs(z) / 2)
        e = root * root
        left = np.maximum(z, np.finfo(z.dtype).min) * root * (root * (e + 2)) / (e * (e + 2) + 2)
        return np.where(z < 0, left, z * ((1 + 2 * e) / (1 + 2 * e + 2 * e * e))).astype(dtype)


def safe_div(x: ArrayLike, y: ArrayLike, otherwise: float = 0.0) -> Array:
    """x / y, `otherwise` where y is 0.

    >>> float(safe_div(1.0, 0.0))
    0.0
    """
    (a, b), dtype = wide("safe_div", x, y)
    return np.where(b == 0, otherwise, a / np.where(b == 0, 1, b)).astype(dtype)


def mul_no_nan(x: ArrayLike, y: ArrayLike) -> Array:
    """x y, 0 where either is 0, whatever the other is.

    >>> float(mul_no_nan(0.0, np.inf))
    0.0
    """
    (a, b), dtype = wide("mul_no_nan", x, y)
    with np.errstate(**QUIET):
        return np.where((a == 0) | (b == 0), 0, a * b).astype(dtype)
