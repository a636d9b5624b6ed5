"""Log-probabilities of counts and proportions with parameters of any size, by Loader's saddle point.

All are computed in float64 and returned in the format of their arguments; derivatives in every parameter.
"""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops._pointwise import Number, accumulator, floating, together
from numsan.ops.loader import HALF_LOG_2PI, binomial_interior, deviance, inner, stirling_error
from numsan.ops.products import xlog1py, xlogy
from numsan.ops.small import log1psquare


def _outside(value: Tensor, impossible: Tensor, illegal: Tensor) -> Tensor:
    return torch.where(illegal, torch.nan, torch.where(impossible, -torch.inf, value))


def poisson_log_prob(k: Number, rate: Number) -> Tensor:
    r"""k log r - r - log k!, as -stirling_error(k) - deviance(k, r) - log(2 pi k)/2.

    `Poisson(1e6).log_prob(1e6)` is -7 in float32 (exact: -7.8267). Specials: k = 0 -> -r; r = 0 -> 0 at k =
    0, -inf above; k < 0 -> -inf; r < 0 -> nan. k need not be whole.

    >>> poisson_log_prob(torch.tensor(1e6), 1e6).item()
    -7.826694...

    Reference: Loader, *Fast and accurate computation of binomial probabilities*, 2000.
    """
    k, rate = together("poisson_log_prob", k, rate)
    x, r = inner(k), inner(rate)
    usual = (x > 0) & (r > 0)
    a, b = torch.where(usual, x, 1.0), torch.where(usual, r, 1.0)
    value = -stirling_error(a) - deviance(a, b) - HALF_LOG_2PI - 0.5 * torch.log(a)
    value = torch.where(usual, value, torch.where(x == 0, -r, -torch.inf))
    return _outside(value, x < 0, r < 0).to(k.dtype)


def binomial_log_prob(k: Number, n: Number, p: Number) -> Tensor:
    r"""log C(n, k) + k log p + (n - k) log(1 - p), by the saddle point.

    `Binomial(2e6, 0.5).log_prob(1e6)` is -6 in float32 (exact: -7.4801). Specials: k = 0 -> n log1p(-p), k =
    n -> n log p, 0 log 0 = 0; k outside [0, n] -> -inf; p outside [0, 1] or n < 0 -> nan.

    >>> binomial_log_prob(torch.tensor(1e6), 2e6, 0.5).item()
    -7.480120...
    """
    k, n, p = together("binomial_log_prob", k, n, p)
    x, size, prob = inner(k), inner(n), inner(p)
    rest = size - x
    usual = (x > 0) & (rest > 0) & (prob > 0) & (prob < 1)
    a, b, s = torch.where(usual, x, 1.0), torch.where(usual, rest, 1.0), torch.where(usual, prob, 0.5)
    edge = torch.where(usual | (x < 0) | (rest < 0), 0.0, xlogy(x, prob) + xlog1py(rest, -prob))
    value = torch.where(usual, binomial_interior(a, b, s, 1 - s), edge)
    return _outside(value, (x < 0) | (rest < 0), (prob < 0) | (prob > 1) | (size < 0)).to(k.dtype)


def negative_binomial_log_prob(k: Number, r: Number, p: Number) -> Tensor:
    r"""log C(k + r - 1, k) + r log(1 - p) + k log p (k successes of probability p before r failures, as
    torch).

    `NegativeBinomial(1e6, 0.5).log_prob(1e6)` is -7.375 in float32 (exact: -8.1733). Specials: k = 0 -> r
    log1p(-p); k < 0 -> -inf; r <= 0 or p outside [0, 1) -> nan.

    >>> negative_binomial_log_prob(torch.tensor(1e6), 1e6, 0.5).item()
    -8.173267...
    """
    k, r, p = together("negative_binomial_log_prob", k, r, p)
    x, size, prob = inner(k), inner(r), inner(p)
    usual = (x > 0) & (size > 0) & (prob > 0) & (prob < 1)
    a, b, s = torch.where(usual, x, 1.0), torch.where(usual, size, 1.0), torch.where(usual, prob, 0.5)
    value = binomial_interior(b, a, 1 - s, s) + torch.log(b / (a + b))
    edge = torch.where(x == 0, size * torch.log1p(-torch.where(usual, 0.5, prob)), -torch.inf)
    value = torch.where(usual, value, edge)
    return _outside(value, x < 0, (size <= 0) | (prob < 0) | (prob >= 1)).to(k.dtype)


def student_t_log_prob(x: Number, df: Number) -> Tensor:
    r"""log density of Student's t with `df` > 0 degrees of freedom: t - (df + 1)/2 log(1 + x^2/df).

    t = log Gamma((df+1)/2) - log Gamma(df/2) - log(df/2)/2 from Stirling errors. `StudentT(1e8).log_prob(1)`
    is -0.5 in float32 (exact: -1.4189). Location and scale: (x - m)/s, minus log s. df <= 0 -> nan.

    >>> student_t_log_prob(torch.tensor(1.0), 1e8).item()
    -1.418938...
    """
    x, df = together("student_t_log_prob", x, df)
    z, n = inner(x), inner(df)
    legal = n > 0
    n = torch.where(legal, n, 1.0)
    upper = (n + 1) / 2
    t = stirling_error(upper) - stirling_error(n / 2) - deviance(n / 2, upper)
    value = t - HALF_LOG_2PI - 0.5 * (n + 1) * log1psquare(z / n.sqrt())
    return torch.where(legal, value, torch.nan).to(x.dtype)


def _share_power(x: Tensor, y: Tensor, total: Tensor) -> Tensor:
    """x log(x / total), total = x + y: by log1p where the share is near 1."""
    most = x > y
    small = torch.where(most, y, 0.0) / total
    return x * torch.where(most, torch.log1p(-small), torch.log(torch.where(most, 1.0, x / total)))


def log_beta(a: Number, b: Number) -> Tensor:
    r"""log B(a, b) = log Gamma(a) + log Gamma(b) - log Gamma(a + b) for a, b > 0, from Stirling errors.

    The three log-gammas of 1e6 cancel to -1.4e6 in float32 with an error of 1. a <= 0 or b <= 0 -> nan.

    >>> log_beta(torch.tensor(2.0), 3.0).item()
    -2.484906...
    """
    a, b = together("log_beta", a, b)
    x, y = inner(a), inner(b)
    legal = (x > 0) & (y > 0)
    x, y = torch.where(legal, x, 1.0), torch.where(legal, y, 1.0)
    total = x + y
    powers = _share_power(x, y, total) + _share_power(y, x, total)
    errors = stirling_error(x) + stirling_error(y) - stirling_error(total)
    value = HALF_LOG_2PI + powers + errors + 0.5 * (torch.log(total / x) - torch.log(y))
    return torch.where(legal, value, torch.nan).to(a.dtype)


def beta_log_prob(x: Number, a: Number, b: Number) -> Tensor:
    r"""log density of Beta(a, b) at 0 <= x <= 1, by the binomial saddle point.

    `Beta(1e6, 1e6).log_prob(0.5)` is 6 in float32 (exact: 7.0285). Specials: at 0 and 1 the limit of the
    density (inf, finite or 0); outside -> -inf; a or b <= 0 -> nan.

    >>> beta_log_prob(torch.tensor(0.5), 1e6, 1e6).item()
    7.028537...
    """
    x, a, b = together("beta_log_prob", x, a, b)
    p, s, t = inner(x), inner(a), inner(b)
    legal = (s > 0) & (t > 0)
    s, t = torch.where(legal, s, 1.0), torch.where(legal, t, 1.0)
    usual = (p > 0) & (p < 1)
    mid = torch.where(usual, p, 0.5)
    interior = (
        binomial_interior(s, t, mid, 1 - mid)
        + torch.log(s * (t / (s + t)))
        - torch.log(mid)
        - torch.log1p(-mid)
    )
    end = torch.where(usual, 0.5, p.clamp(0, 1))
    edge = xlogy(s - 1, end) + xlog1py(t - 1, -end) - log_beta(s, t)
    value = torch.where(usual, interior, edge)
    return _outside(value, (p < 0) | (p > 1), ~legal).to(x.dtype)


def bernoulli_log_prob(k: Number, p: Number) -> Tensor:
    r"""k log p + (1 - k) log(1 - p), without the clamp that makes `Bernoulli(probs=1e-10).log_prob(1)` -15.9.

    >>> bernoulli_log_prob(torch.tensor(1.0), 1e-10).item()
    -23.02585...
    """
    k, p = together("bernoulli_log_prob", k, p)
    x, s = inner(k), inner(p)
    return (xlogy(x, s) + xlog1py(1 - x, -s)).to(k.dtype)


def categorical_log_prob(index: Tensor, probs: Tensor) -> Tensor:
    r"""log(p_index / sum p) along the last dimension, without a clamp: `Categorical(probs=1e-10)` gives
    -15.9.

    >>> categorical_log_prob(torch.tensor(0), torch.tensor([1e-10, 1.0])).item()
    -23.02585...
    """
    p = floating("categorical_log_prob", probs).to(accumulator(probs))
    picked = p.expand(*index.shape, p.shape[-1]).gather(-1, index.unsqueeze(-1)).squeeze(-1)
    return (torch.log(picked) - torch.log(p.sum(-1))).to(probs.dtype)
