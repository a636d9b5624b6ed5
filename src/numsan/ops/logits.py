"""From a positive number or a probability back to the whole line: inverse softplus and logits."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops._fused import in_pieces
from numsan.ops._pointwise import floating, pointwise
from numsan.ops._select import beyond, choose_, keep_, negative_, patch, where
from numsan.ops._series import expm1_near, expm1_negative, twice_atanh

_LN2 = math.log(2.0)
_LN2_32, _LN2_32_REST = 0.693147182464599609375, -1.904654299957767878541823e-9  # nearest float32, remainder
_LOG_3_2, _LOG_2_ABOUT = 0.405465, 0.7520386  # log 1.5, and the middle between it and log 3
_TINY = 1e-30


def _minus_log2(x: Tensor) -> Tensor:
    """x - log 2 in two steps, the first one exact: no format holds log 2."""
    high, rest = (_LN2, 2.3190468138462996e-17) if x.dtype == torch.float64 else (_LN2_32, _LN2_32_REST)
    return (x - high) - rest


def _softplus_inverse(x: Tensor) -> Tensor:
    low, middle = x < _LOG_3_2, (x - _LOG_2_ABOUT).abs() < _LOG_2_ABOUT - _LOG_3_2
    em1 = expm1_near(where(middle, _minus_log2(x), x.clamp(max=_LOG_3_2)))
    outer = torch.log(where(low, em1, 1 - torch.exp(-x))) + where(low, 0.0, x)
    return where(middle, twice_atanh(em1 / (1 + em1)), outer)


def _softplus_inverse_fused(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    low = negative_(x - _LOG_3_2)
    middle = negative_((x - _LOG_2_ABOUT).abs_().sub_(_LOG_2_ABOUT - _LOG_3_2))
    minus = -x
    em1 = choose_(middle, _minus_log2(x), choose_(low, x.clone(), minus)).expm1_()
    # the logarithm of a negative number is slow
    outer = choose_(low, em1.clone(), em1.abs()).log_().add_(keep_(low.bitwise_not_(), x.clone()))
    y = choose_(middle, em1.mul_(2).log1p_(), outer)
    return (y, minus.expm1_().abs_().reciprocal_()) if need else (y,)


def _softplus_inverse_slope(x: Tensor) -> Tensor:
    return 1 / expm1_negative(-x).abs()


def _far_inverse(x: Tensor) -> Tensor:
    return where(x > 1, x, torch.log(x))


def _softplus_inverse_fused32(need: bool, x: Tensor) -> tuple[Tensor, ...]:
    """In float64 exp(x) - 1 has digits enough for float32, but near 0 and where it overflows."""
    odd = beyond(x, 1e-7, 80.0)
    rest = x.double().exp_().sub_(1)
    slope = rest.reciprocal().to(x.dtype).add_(1) if need else x
    value = patch(rest.log_().to(x.dtype), odd, _far_inverse, x)
    return (value, patch(slope, odd, _softplus_inverse_slope, x)) if need else (value,)


_softplus_inverse_op = pointwise(
    "softplus_inverse",
    _softplus_inverse,
    _softplus_inverse_slope,
    pole=True,
    fused=_softplus_inverse_fused,
    fused32=in_pieces(_softplus_inverse_fused32),
)


def softplus_inverse(x: Tensor) -> Tensor:
    r"""log(exp(x) - 1) for x >= 0: what to feed `softplus` to get x.

    $\log1p(2\,\mathrm{expm1}(x-\log 2))$ from log 1.5 to log 3, around the root; $\log(\mathrm{expm1}\,x)$
    below, $x+\log(-\mathrm{expm1}(-x))$ above; slope $1/(1-e^{-x})$. The written-out form overflows at 88.7
    (float32) and 11.1 (float16); torch's `SoftplusTransform.inv` is off by 430 ulp near log 2. Specials: 0 ->
    -inf with slope inf, inf -> inf, x < 0 -> nan.
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> softplus_inverse(torch.tensor([1e-8, 100.0])).tolist()
    [-18.42068099975586, 100.0]
    """
    return _softplus_inverse_op(x)


log_expm1 = softplus_inverse


def _logit(p: Tensor) -> Tensor:
    s = 2 * p - 1
    return where(s.abs() < 1 / 3, twice_atanh(s), torch.log(p / (1 - p)))


def _logit_fused(need: bool, p: Tensor) -> tuple[Tensor, ...]:
    other, twice = 1 - p, (2 * p).sub_(1)
    least = torch.minimum(p, other)
    y = torch.div(twice.abs(), least, out=least).log1p_().copysign_(twice)
    y = patch(y, beyond(p, _TINY, math.inf), torch.log, p)
    return (y, other.mul_(p).abs_().reciprocal_()) if need else (y,)


_logit_op = pointwise("logit", _logit, lambda p: 1 / (p * (1 - p)).abs(), pole=True, fused=_logit_fused)


def logit(p: Tensor) -> Tensor:
    r"""log(p / (1 - p)) of a probability: $\pm\log1p(|2p-1|/\min(p,1-p))$.

    `torch.logit` is off by 730 ulp near 1/2 in float32, 64 in bfloat16. Specials: 0 -> -inf, 1 -> inf,
    outside [0, 1] -> nan. Where a log-probability is at hand use `logit_from_log`, which also resolves p near
    1.

    >>> logit(torch.tensor([0.5000001, 0.0])).tolist()
    [4.76837158203125e-07, -inf]
    """
    return _logit_op(p)


def logit_from_log(log_p: Tensor) -> Tensor:
    r"""log(p / (1 - p)) from log p <= 0: $-\mathrm{softplus\_inverse}(-\log p)$, exact where p rounds to 1.

    `torch.logit(log_p.exp())` is inf for log_p above -6e-8 (float32) and -2e-3 (bfloat16).
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> logit_from_log(torch.tensor([-1e-8])).item()
    18.42068099975586
    """
    return -_softplus_inverse_op(-floating("logit_from_log", log_p))
