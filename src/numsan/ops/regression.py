"""Regression, likelihood and policy losses, computed and returned in float32 or wider."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from numsan.ops._pointwise import together, wide
from numsan.ops.classification import Reduction, reduce
from numsan.ops.gaussian_terms import negative_log_likelihood, twice_divergence
from numsan.ops.logspace import log_cosh


def _pair(name: str, x: Tensor, y: Tensor) -> Tensor:
    a, b = (wide(t) for t in together(name, x, y))
    return a - b


def mse_loss(x: Tensor, target: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    r"""(x - y)^2, squared and averaged in float32.

    `F.mse_loss` in float16 is inf from a difference of 256 on.

    >>> mse_loss(torch.full((2,), 300.0, dtype=torch.float16), torch.zeros(2, dtype=torch.float16)).item()
    90000.0
    """
    return reduce("mse_loss", _pair("mse_loss", x, target).square(), reduction)


def huber_loss(x: Tensor, target: Tensor, *, delta: float = 1.0, reduction: Reduction = "mean") -> Tensor:
    r"""d^2/2 below delta, delta (|d| - delta/2) above, in float32; `delta` > 0.

    Written as m (|d| - m/2), m = min(|d|, delta): no square of a large difference is formed.
    Expensive under torch.compile: docs/ops/speed.md.

    >>> x = torch.tensor([400.0], dtype=torch.float16)
    >>> huber_loss(x, torch.zeros_like(x), delta=500.0).item()
    80000.0
    """
    if not delta > 0:
        raise ValueError(f"huber_loss needs {delta=} > 0")
    size = _pair("huber_loss", x, target).abs()
    inner = size.clamp(max=delta)
    return reduce("huber_loss", inner * (size - inner / 2), reduction)


def log_cosh_loss(x: Tensor, target: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    r"""log cosh(x - y), in float32; see `log_cosh`.

    >>> log_cosh_loss(torch.tensor([1000.0]), torch.tensor([0.0])).item()
    999.3068...
    """
    return reduce("log_cosh_loss", log_cosh(_pair("log_cosh_loss", x, target)), reduction)


def gaussian_nll(
    mean: Tensor, target: Tensor, log_var: Tensor, *, full: bool = False, reduction: Reduction = "mean"
) -> Tensor:
    r"""(log v + (x - m)^2/v)/2 from log v, in float32; `full` adds log(2 pi)/2.

    With the logarithm as the parameter there is nothing to clamp: `F.gaussian_nll_loss` has a gradient of
    -5e11 at variance 0. The square is formed as (d exp(-log v/2))^2.

    >>> gaussian_nll(torch.tensor([0.0]), torch.tensor([1.0]), torch.tensor([-4.0])).item()
    25.29907...
    """
    losses = negative_log_likelihood(*(wide(t) for t in together("gaussian_nll", mean, target, log_var)))
    losses = losses + 0.5 * math.log(2 * math.pi) if full else losses
    return reduce("gaussian_nll", losses, reduction)


def vae_kl(mean: Tensor, log_var: Tensor, dim: int = -1) -> Tensor:
    r"""KL(N(mean, exp(log_var)) || N(0, 1)) = sum (m^2 + (e^v - 1 - v))/2 along `dim`, in float32.

    $e^v-1-v$ is formed as expm1(v) - v, or a series near 0, where the written-out form has no correct digit
    below 3e-4 (float32) and turns negative. Always >= 0.
    Expensive, eager and compiled: docs/ops/speed.md.

    >>> vae_kl(torch.zeros(1), torch.tensor([1e-4])).item()
    2.500083...e-09
    """
    m, v = (wide(t) for t in together("vae_kl", mean, log_var))
    return 0.5 * twice_divergence(m, v).sum(dim)


def ppo_loss(
    log_prob: Tensor,
    old_log_prob: Tensor,
    advantage: Tensor,
    *,
    clip: float = 0.2,
    reduction: Reduction = "mean",
) -> Tensor:
    r"""-min(r A, clip(r, 1 - c, 1 + c) A), r = exp(log_prob - old), with the ratio clipped before exp.

    exp of a difference of 89 overflows float32, and inf * 0 advantage is NaN. The difference is bounded where
    the ratio is already cut off on the side that counts (A > 0), and at +-20 on the other; in float32. `clip`
    in (0, 1).

    >>> ppo_loss(torch.tensor([200.0]), torch.tensor([0.0]), torch.tensor([1.0])).item()
    -1.200000...

    Reference: Schulman et al., *Proximal policy optimization algorithms*, 2017.
    """
    if not 0 < clip < 1:
        raise ValueError(f"ppo_loss needs 0 < clip < 1, got {clip=}")
    new, old, gain = (wide(t) for t in together("ppo_loss", log_prob, old_log_prob, advantage))
    log_ratio = (new - old).clamp(-20, 20)
    ratio = torch.exp(log_ratio)
    clipped = torch.exp(log_ratio.clamp(math.log1p(-clip), math.log1p(clip)))
    return reduce("ppo_loss", -torch.minimum(ratio * gain, clipped * gain), reduction)


def grpo_kl(log_prob: Tensor, ref_log_prob: Tensor) -> Tensor:
    r"""The per-token estimator exp(d) - 1 - d of KL(policy || reference), d = ref - log_prob, in float32.

    Written out it cancels for |d| below 3e-4 and overflows from 89; here it is expm1(d) - d or a series, and
    d is bounded at +-20. Always >= 0. Reference: Schulman, *Approximating KL divergence*, 2020.

    >>> grpo_kl(torch.tensor([0.0]), torch.tensor([1e-4])).tolist()
    [5.000166...e-09]
    """
    d = _pair("grpo_kl", ref_log_prob, log_prob).clamp(-20, 20)
    return 2 * vae_kl(torch.zeros_like(d).unsqueeze(-1), d.unsqueeze(-1))
