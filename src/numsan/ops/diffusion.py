"""Noise schedules by their log signal-to-noise ratio, finite at both ends, zero terminal SNR included."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from numsan.ops._pointwise import accumulator, floating, wide
from numsan.ops.logits import logit_from_log
from numsan.ops.logspace import log_sigmoid

Prediction = Literal["noise", "x0", "v"]


def alpha_sigma(log_snr: Tensor) -> tuple[Tensor, Tensor]:
    r"""(alpha, sigma) of a variance-preserving process: sqrt(sigmoid(l)), sqrt(sigmoid(-l)), l =
    log(alpha^2/sigma^2).

    Both finite for every l, +-inf included; alpha^2 + sigma^2 = 1. From alpha alone, sqrt(1 - alpha^2) loses
    every digit for l > 16 and has an infinite slope at alpha = 1.

    >>> [t.item() for t in alpha_sigma(torch.tensor(-torch.inf))]
    [0.0, 1.0]
    """
    inner = wide(floating("alpha_sigma", log_snr))
    alpha, sigma = torch.exp(log_sigmoid(inner) / 2), torch.exp(log_sigmoid(-inner) / 2)
    return alpha.to(log_snr.dtype), sigma.to(log_snr.dtype)


def cosine_log_snr(t: Tensor, low: float = -15.0, high: float = 15.0) -> Tensor:
    r"""The cosine schedule -2 log tan(pi t/2) for t in [0, 1], moved so that it runs from `high` to `low`
    exactly.

    The plain form is +-inf at the ends. Reference: Kingma et al., *Variational diffusion models*, 2021.

    >>> cosine_log_snr(torch.tensor([0.0, 0.5, 1.0])).tolist()
    [15.0, 2.220446...e-16, -15.0]
    """
    if not low < high:
        raise ValueError(f"cosine_log_snr needs low < high, got {low=}, {high=}")
    start, end = math.atan(math.exp(-high / 2)), math.atan(math.exp(-low / 2))
    x = floating("cosine_log_snr", t).to(accumulator(t))
    return (-2 * torch.log(torch.tan(start + (end - start) * x))).clamp(low, high).to(t.dtype)


def log_snr_from_betas(betas: Tensor) -> Tensor:
    r"""log(abar/(1 - abar)), abar = cumulative product of 1 - beta along the last dimension, from
    log1p(-beta).

    cumprod(1 - beta) loses small betas (1e-4 keeps 3 digits in float32, 0 in bfloat16), and abar/(1 - abar)
    is inf where abar rounds to 1. beta = 1 -> -inf.

    >>> log_snr_from_betas(torch.tensor([1e-8, 0.5])).tolist()
    [18.42068..., -1.999999...e-08]
    """
    log_abar = torch.log1p(-floating("log_snr_from_betas", betas).to(accumulator(betas))).cumsum(-1)
    return logit_from_log(log_abar).to(betas.dtype)


def zero_terminal_snr(betas: Tensor) -> Tensor:
    r"""Betas whose last step leaves exactly no signal: sqrt(abar) shifted and scaled to end at 0; the last
    beta is 1.

    With a terminal SNR > 0 the model never sees pure noise in training, and starts from it when sampling.
    Needs a "v" or "x0" prediction: noise carries no information at SNR 0. Reference: Lin et al., *Common
    diffusion noise schedules and sample steps are flawed*, 2024.

    >>> zero_terminal_snr(torch.tensor([0.1, 0.2, 0.3]))[-1].item()
    1.0
    """
    beta = floating("zero_terminal_snr", betas).to(accumulator(betas))
    root = torch.exp(torch.log1p(-beta).cumsum(-1) / 2)
    first, last = root[..., :1], root[..., -1:]
    shifted = (root - last) * (first / (first - last))
    ratio = torch.cat(
        [shifted[..., :1], shifted[..., 1:] / torch.where(shifted[..., :-1] == 0, 1.0, shifted[..., :-1])], -1
    )
    return (1 - ratio.square()).to(betas.dtype)


def _coefficients(log_snr: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
    alpha, sigma = alpha_sigma(wide(log_snr))
    shape = (*alpha.shape, *[1] * (like.ndim - alpha.ndim))
    return alpha.reshape(shape), sigma.reshape(shape)


def v_target(x0: Tensor, noise: Tensor, log_snr: Tensor) -> Tensor:
    r"""v = alpha noise - sigma x0, of size 1 at every SNR, 0 and inf included; log_snr per sample.

    Reference: Salimans & Ho, *Progressive distillation*, 2022.

    >>> v_target(torch.ones(1, 2), torch.zeros(1, 2), torch.tensor([-torch.inf])).tolist()
    [[-1.0, -1.0]]
    """
    alpha, sigma = _coefficients(floating("v_target", log_snr), x0)
    return (alpha * wide(noise) - sigma * wide(x0)).to(x0.dtype)


def x0_and_noise(
    prediction: Tensor, z: Tensor, log_snr: Tensor, kind: Prediction = "v"
) -> tuple[Tensor, Tensor]:
    r"""(x0, noise) from a prediction at z = alpha x0 + sigma noise. "v": no division, finite at every SNR.

    "noise" divides by alpha and "x0" by sigma: where that coefficient is 0 the answer does not exist and 0 is
    returned for it.

    >>> z, v = torch.tensor([[0.3]]), torch.tensor([[-1.0]])
    >>> [t.item() for t in x0_and_noise(v, z, torch.tensor([-torch.inf]))]
    [1.0, 0.3000000...]
    """
    if kind not in ("noise", "x0", "v"):
        raise ValueError(f"x0_and_noise knows kind='noise', 'x0' and 'v', not {kind=}")
    alpha, sigma = _coefficients(floating("x0_and_noise", log_snr), z)
    p, state = wide(prediction), wide(z)
    if kind == "v":
        pair = (alpha * state - sigma * p, sigma * state + alpha * p)
    elif kind == "noise":
        pair = (torch.where(alpha == 0, 0.0, (state - sigma * p) / torch.where(alpha == 0, 1.0, alpha)), p)
    else:
        pair = (p, torch.where(sigma == 0, 0.0, (state - alpha * p) / torch.where(sigma == 0, 1.0, sigma)))
    return pair[0].to(z.dtype), pair[1].to(z.dtype)


def min_snr_weight(log_snr: Tensor, gamma: float = 5.0, kind: Prediction = "noise") -> Tensor:
    r"""Weight of the loss on "noise": min(snr, g)/snr; on "x0": min(snr, g); on "v": min(snr, g)/(snr + 1).

    In log space: snr = exp(l) overflows from l = 88.7 and min(snr, g)/snr is 0/0 at l = -inf, where it is 1.
    Reference: Hang et al., *Efficient diffusion training via min-SNR weighting*, 2023.

    >>> min_snr_weight(torch.tensor([-torch.inf, 200.0])).tolist()
    [1.0, 0.0]
    """
    if not gamma > 0:
        raise ValueError(f"min_snr_weight needs {gamma=} > 0")
    if kind not in ("noise", "x0", "v"):
        raise ValueError(f"min_snr_weight knows kind='noise', 'x0' and 'v', not {kind=}")
    snr = floating("min_snr_weight", log_snr).to(accumulator(log_snr))
    capped = snr.clamp(max=math.log(gamma))
    if kind == "x0":
        return torch.exp(capped).to(log_snr.dtype)
    if kind == "noise":
        falling = gamma * torch.exp(-snr.clamp(min=math.log(gamma)))
        return torch.where(snr <= math.log(gamma), 1.0, falling).to(log_snr.dtype)
    return torch.exp(capped + log_sigmoid(-snr)).to(log_snr.dtype)
