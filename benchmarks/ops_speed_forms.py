"""Operations on rows, and the forms one would write without them, for the measurement of speed.

The naive form is the formula as written down, without a maximum taken out, an epsilon or a second pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from numsan import ops

Form = Callable[[Tensor], Tensor]
ROWS, COLUMNS = 1000, 1000
_G = torch.Generator().manual_seed(1)
Y = torch.randn(ROWS, COLUMNS, generator=_G)
P = torch.softmax(Y, 1)
T = torch.randint(0, COLUMNS, (ROWS,), generator=_G)
MASK = torch.rand(ROWS, COLUMNS, generator=_G) < 0.8
NONE: dict[str, Any] = {"reduction": "none"}


def _length(x: Tensor) -> Tensor:
    return x.square().sum(1).sqrt()


def _focal(x: Tensor) -> Tensor:
    p = torch.sigmoid(x)
    return -P * (1 - p) ** 2 * torch.log(p) - (1 - P) * p**2 * torch.log(1 - p)


def _layer_norm(x: Tensor) -> Tensor:
    return (x - x.mean(1, keepdim=True)) / (x.var(1, keepdim=True) + 1e-5).sqrt()


def _entropy(x: Tensor) -> Tensor:
    p = torch.exp(x) / torch.exp(x).sum(1, keepdim=True)
    return -(p * torch.log(p)).sum(1)


FORMS: dict[str, tuple[Form, Form]] = {
    "logsumexp": (lambda x: ops.logsumexp(x, 1), lambda x: torch.log(torch.exp(x).sum(1))),
    "logmeanexp": (lambda x: ops.logmeanexp(x, 1), lambda x: torch.log(torch.exp(x).mean(1))),
    "logcumsumexp": (lambda x: ops.logcumsumexp(x, 1), lambda x: torch.log(torch.exp(x).cumsum(1))),
    "softmax": (lambda x: ops.softmax(x, 1), lambda x: torch.exp(x) / torch.exp(x).sum(1, keepdim=True)),
    "log_softmax": (
        lambda x: ops.log_softmax(x, 1),
        lambda x: torch.log(torch.exp(x) / torch.exp(x).sum(1, keepdim=True)),
    ),
    "cross_entropy": (
        lambda x: ops.cross_entropy(x, T),
        lambda x: -torch.log(torch.softmax(x, 1)).gather(1, T.unsqueeze(1)).mean(),
    ),
    "entropy": (lambda x: ops.entropy(x), _entropy),
    "kl_div": (
        lambda x: ops.kl_div(x, P, **NONE),
        lambda x: P * (torch.log(P) - x),
    ),
    "safe_norm": (lambda x: ops.safe_norm(x, 1), _length),
    "normalize": (lambda x: ops.normalize(x, 1), lambda x: x / _length(x).unsqueeze(1)),
    "cosine_similarity": (
        lambda x: ops.cosine_similarity(x, Y),
        lambda x: (x * Y).sum(1) / (_length(x) * _length(Y)),
    ),
    "angle_between": (
        lambda x: ops.angle_between(x, Y),
        lambda x: torch.acos((x * Y).sum(1) / (_length(x) * _length(Y))),
    ),
    "pairwise_distance": (lambda x: ops.pairwise_distance(x, Y), lambda x: _length(x - Y)),
    "var": (lambda x: ops.var(x, 1), lambda x: x.square().mean(1) - x.mean(1).square()),
    "std": (lambda x: ops.std(x, 1), lambda x: (x.square().mean(1) - x.mean(1).square()).sqrt()),
    "layer_norm": (lambda x: ops.layer_norm(x, COLUMNS), _layer_norm),
    "rms_norm": (
        lambda x: ops.rms_norm(x, COLUMNS),
        lambda x: x / (x.square().mean(1, keepdim=True) + 1e-6).sqrt(),
    ),
    "standardize": (lambda x: ops.standardize(x, 1), _layer_norm),
    "masked_mean": (
        lambda x: ops.masked_mean(x, MASK, 1),
        lambda x: (x * MASK).sum(1) / MASK.sum(1),
    ),
    "accurate_sum": (lambda x: ops.accurate_sum(x, 1), lambda x: x.sum(1)),
    "dot2": (lambda x: ops.dot2(x, Y), lambda x: (x * Y).sum(1)),
    "bce_with_logits": (
        lambda x: ops.bce_with_logits(x, P, **NONE),
        lambda x: -P * torch.log(torch.sigmoid(x)) - (1 - P) * torch.log(1 - torch.sigmoid(x)),
    ),
    "focal_loss": (lambda x: ops.focal_loss(x, P, **NONE), _focal),
    "gan_loss": (lambda x: ops.gan_loss(x, True, **NONE), lambda x: -torch.log(torch.sigmoid(x))),
    "mse_loss": (lambda x: ops.mse_loss(x, Y, **NONE), lambda x: (x - Y) ** 2),
    "huber_loss": (
        lambda x: ops.huber_loss(x, Y, **NONE),
        lambda x: torch.where((x - Y).abs() < 1, (x - Y) ** 2 / 2, (x - Y).abs() - 0.5),
    ),
    "gaussian_nll": (
        lambda x: ops.gaussian_nll(x, Y, P, **NONE),
        lambda x: 0.5 * (P + (x - Y) ** 2 / torch.exp(P)),
    ),
    "vae_kl": (lambda x: ops.vae_kl(x, Y), lambda x: 0.5 * (x**2 + torch.exp(Y) - 1 - Y).sum(1)),
}
