"""Normal variables that were squashed, cut off or measured by their tails; log-probabilities from what was
sampled."""

from __future__ import annotations

import math
from typing import Any, cast

import torch
from torch import Tensor

from numsan.ops._pointwise import Number, One, pointwise, together
from numsan.ops.exact import wider
from numsan.ops.gaussian import log_ndtr, ndtr
from numsan.ops.guards import mul_no_nan
from numsan.ops.loader import HALF_LOG_2PI, inner
from numsan.ops.logspace import log1mexp, log1pexp, log_cosh

_special_ndtri = cast(One, cast(Any, torch.special).ndtri)


def normal_log_prob(x: Number, mean: Number, log_std: Number) -> Tensor:
    r"""-((x - m)/s)^2/2 - log s - log(2 pi)/2 from log s; s = 0 only at x = m is inf, no 0/0.

    >>> normal_log_prob(torch.tensor(1.0), 0.0, 0.0).item()
    -1.418938...
    """
    x, mean, log_std = together("normal_log_prob", x, mean, log_std)
    a, m, s = inner(x), inner(mean), inner(log_std)
    z = mul_no_nan(a - m, torch.exp(-s))
    return (-0.5 * z.square() - s - HALF_LOG_2PI).to(x.dtype)


def tanh_normal_log_prob(pre: Number, mean: Number, log_std: Number) -> Tensor:
    r"""log density of a = tanh(u), u ~ N(mean, s^2), given u (`pre`), not a: log N(u) + 2 log cosh u.

    log(1 - a^2 + 1e-6), the usual form, stops at 13.8 with gradient 0 from |u| = 8 on, and atanh(a) is inf
    from 9 on (float32). Keep u from the sampling step. Reference: Haarnoja et al., *Soft actor-critic*, 2018,
    appendix C.

    >>> tanh_normal_log_prob(torch.tensor(10.0), 10.0, 0.0).item()
    17.69476...
    """
    pre, mean, log_std = together("tanh_normal_log_prob", pre, mean, log_std)
    u = inner(pre)
    return (normal_log_prob(u, inner(mean), inner(log_std)) + 2 * log_cosh(u)).to(pre.dtype)


def sigmoid_normal_log_prob(pre: Number, mean: Number, log_std: Number) -> Tensor:
    r"""log density of a = sigmoid(u), u ~ N(mean, s^2), given u: log N(u) + log1pexp(u) + log1pexp(-u).

    >>> sigmoid_normal_log_prob(torch.tensor(200.0), 200.0, 0.0).item()
    199.0810...
    """
    pre, mean, log_std = together("sigmoid_normal_log_prob", pre, mean, log_std)
    u = inner(pre)
    return (normal_log_prob(u, inner(mean), inner(log_std)) + log1pexp(u) + log1pexp(-u)).to(pre.dtype)


def log_ndtr_difference(low: Number, high: Number) -> Tensor:
    r"""log(Phi(high) - Phi(low)), the log-probability of an interval, also deep in a tail.

    The interval is reflected to the left tail: log Phi(b) + log1mexp(log Phi(a) - log Phi(b)); around 0 it is
    log1p(-(Phi(a) + Phi(-b))). Written out it is -inf for both ends beyond 5.5 (float32). low = high -> -inf,
    low > high -> nan; an infinite end has the slope 0. Expensive: four erfcx in float64.

    >>> log_ndtr_difference(torch.tensor(20.0), 21.0).item()
    -203.9171...
    """
    low, high = together("log_ndtr_difference", low, high)
    a, b = inner(low), inner(high)
    # Around 0 what both tails leave of 1; each branch sees harmless ends where the other is taken.
    around = (a < -1) & (b > 1)
    tails = ndtr(torch.where(around, a, -2.0)) + ndtr(torch.where(around, -b, -2.0))
    right = a > 0
    lower = torch.where(around, -1.0, torch.where(right, -b, a))
    upper = torch.where(around, 0.0, torch.where(right, -a, b))
    near, far = log_ndtr(upper), log_ndtr(torch.where(lower == -torch.inf, -1.0, lower))
    gap = torch.where(lower == -torch.inf, -torch.inf, far - near)
    value = near + log1mexp(torch.where(a < b, gap, -1.0))
    value = torch.where(around, torch.log1p(-tails), value)
    value = torch.where(a < b, value, torch.where(a == b, -torch.inf, torch.nan))
    return value.to(low.dtype)


def truncated_normal_log_prob(x: Tensor, mean: Number, log_std: Number, low: float, high: float) -> Tensor:
    r"""log density of N(mean, s^2) cut off to [low, high], with a normaliser that does not underflow; -inf
    outside.

    >>> truncated_normal_log_prob(torch.tensor(10.5), 0.0, 0.0, 10.0, 11.0).item()
    -2.812628...
    """
    if not low < high:
        raise ValueError(f"truncated_normal_log_prob needs low < high, got {low=}, {high=}")
    x, mean, log_std = together("truncated_normal_log_prob", x, mean, log_std)
    a, m, s = inner(x), inner(mean), inner(log_std)
    scale = torch.exp(-s)
    mass = log_ndtr_difference((low - m) * scale, (high - m) * scale)
    value = normal_log_prob(a, m, s) - mass
    return torch.where((a < low) | (a > high), -torch.inf, value).to(x.dtype)


def _ndtri(p: Tensor) -> Tensor:
    return _special_ndtri(wider(p))


_ndtri_op = pointwise(
    "ndtri", _ndtri, lambda p: math.sqrt(2 * math.pi) * torch.exp(_ndtri_op(wider(p)).square() / 2)
)


def ndtri(p: Tensor) -> Tensor:
    r"""The quantile of the normal distribution, for half formats too; slope sqrt(2 pi) exp(y^2/2). 0 -> -inf,
    1 -> inf.

    >>> ndtri(torch.tensor([0.5, 0.975], dtype=torch.float16)).tolist()
    [0.0, 1.961914...]
    """
    return _ndtri_op(p)
