"""Log-density of a two-part mixture and log-probability of a logistic interval."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops import vector_pairs
from numsan.ops._fused import in_pieces
from numsan.ops._pointwise import pointwise
from numsan.ops._select import beyond, either, patch, where
from numsan.ops._series import expm1
from numsan.ops.activations import minus_abs
from numsan.ops.logpairs import difference
from numsan.ops.logspace import log1mexp, log_sigmoid


def _mixed(weight: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Sum divided by exp(max), root of exp(min - max), its corrected twin, and whether x is the larger."""
    d, error = difference(y, x)
    down = d <= 0
    root = torch.exp(where(down, d, -d) / 2)
    twin = root * (1 + where(down, error, -error))
    major, minor = where(down, weight, 1 - weight), where(down, 1 - weight, weight)
    return major + minor * root * twin, root, twin, down


def _gap(x: Tensor, y: Tensor) -> Tensor:
    d, _ = difference(y, x)
    return expm1(where(d <= 0, d, -d))


def _log_mix(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    total, _, _, down = _mixed(weight, x, y)
    missing = where(down, 1 - weight, weight) * _gap(x, y)
    log = where(missing > -0.5, torch.log1p(missing), torch.log(total))
    mixed = torch.maximum(x, y) + log
    # With a whole weight the other part does not count, however large it is.
    pure = where(weight == 0, y, where(weight == 1, x, mixed))
    return where((weight < 0) | (weight > 1), torch.nan, pure)


def _log_mix_weight_slope(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    total, _, _, down = _mixed(weight, x, y)
    gap = _gap(x, y)
    return where(down, -gap, gap) / total


def _part(weight: Tensor, x: Tensor, y: Tensor, first: bool) -> Tensor:
    total, root, twin, down = _mixed(weight, x, y)
    # The root is divided first: its square may underflow where the quotient does not.
    shares = where(down == first, 1 / total, root / total * twin)
    part = shares * (weight if first else 1 - weight)
    return where(weight == 0, float(not first), where(weight == 1, float(first), part))


def _log_mix_fused32(need: bool, weight: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    """In float64 nothing needs care but close exponents, infinities and weights outside [0, 1]."""
    d = y.double().sub_(x)
    odd = either(beyond(d.abs(), 1e-6, 1e30), beyond(weight, 1e-38, 1 - 2.0**-24))
    down = d.clamp(max=0)
    up = torch.sub(down, d).exp_()  # exp(x - max)
    down = down.exp_()  # exp(y - max)
    wide = weight.double()
    gap = up - down
    first, second = wide * up, torch.rsub(wide, 1).mul_(down)
    total = first + second
    value = torch.log(total).add_(torch.maximum(x, y)).to(x.dtype)
    value = patch(value, odd, _log_mix, weight, x, y)
    if not need:
        return (value,)
    inverse = total.reciprocal_()
    parts = (gap, _log_mix_weight_slope), (first, _first_part), (second, _second_part)
    return value, *(patch(t.mul_(inverse).to(x.dtype), odd, f, weight, x, y) for t, f in parts)


def _first_part(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return _part(weight, x, y, first=True)


def _second_part(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return _part(weight, x, y, first=False)


_log_mix_op = pointwise(
    "log_mix",
    _log_mix,
    _log_mix_weight_slope,
    _first_part,
    _second_part,
    pole=True,
    fused32=in_pieces(_log_mix_fused32),
    vector32=(
        vector_pairs.log_mix,
        vector_pairs.log_mix_weight,
        vector_pairs.log_mix_first,
        vector_pairs.log_mix_second,
    ),
)


def log_mix(weight: Tensor | float, x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""log(w exp(x) + (1 - w) exp(y)), the log-density of a two-part mixture, for 0 <= w <= 1.

    Slopes: the shares of the two parts, and $(e^x-e^y)/(we^x+(1-w)e^y)$ in the weight, without forming
    `exp(x)`. Specials: w = 0 -> y, w = 1 -> x, both with finite slopes in x and y; w outside [0, 1] -> nan.
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> log_mix(0.25, torch.tensor(1000.0), torch.tensor(990.0)).item()
    998.6138305664062
    """
    return _log_mix_op(weight, x, y)


def _log_sigmoid_difference(x: Tensor, y: Tensor) -> Tensor:
    return where(x == y, -torch.inf, log_sigmoid(x) + log1mexp(y - x) + log_sigmoid(-y))


def _tail_ratio(x: Tensor, y: Tensor) -> Tensor:
    """(1 + e^y) / (1 + e^x) / (1 - e^(y-x)): the slope in x."""
    d, error = difference(y, x)
    e = torch.exp(minus_abs(x))
    above = e + torch.exp(d) * (1 + error)
    below = 1 + torch.exp(torch.minimum(y, torch.zeros_like(y)))
    return where(x > 0, above, below) / ((1 + e) * expm1(d).abs())


_log_sigmoid_difference_op = pointwise(
    "log_sigmoid_difference",
    _log_sigmoid_difference,
    _tail_ratio,
    lambda x, y: -_tail_ratio(-y, -x),
    pole=True,
)


def log_sigmoid_difference(x: Tensor | float, y: Tensor | float) -> Tensor:
    r"""log(sigmoid(x) - sigmoid(y)) for x >= y, the log-probability of an interval of a logistic variable.

    $\log\sigma(x)+\mathrm{log1mexp}(y-x)+\log\sigma(-y)$; the written-out form is -inf where both saturate
    (from 17 in float32, 6.3 in bfloat16). Specials: x = y -> -inf, x < y -> nan.

    >>> log_sigmoid_difference(torch.tensor(100.0), torch.tensor(99.0)).item()
    -99.45867...
    """
    return _log_sigmoid_difference_op(x, y)
