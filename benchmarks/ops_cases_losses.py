"""Losses and guards of single numbers, each with its exact value in mpmath and its target."""

from __future__ import annotations

from typing import Any

import mpmath as mp
from ops_cases_rows import GAUSS, LABEL, LOG_STD, PROBABILITY, SHARE, each, normal, normal_size
from ops_exact import log1mexp, log1pexp, log_cosh, sigma
from ops_rows import RowCase, joined, numbers

from numsan import ops


def bce(x: list[Any]) -> Any:
    z, y = x
    return (y * log1pexp(-z) if y else 0) + ((1 - y) * log1pexp(z) if y != 1 else 0)


def focal(x: list[Any]) -> Any:
    z = x[0] if x[1] == 0 else -x[0]
    return sigma(z) ** 2 * log1pexp(z)


def huber(x: list[Any]) -> Any:
    d = abs(x[0] - x[1])
    return d * d / 2 if d < 1 else d - mp.mpf(1) / 2


NONE = {"reduction": "none"}
LOSSES = [
    RowCase(
        name="bce_with_logits",
        ours=each(ops.bce_with_logits, **NONE),
        exact=bce,
        draw=joined(GAUSS, SHARE),
        target=(2, 4),
        learned=[0],
        slope_scale=lambda x: (1 - x[1]) * sigma(x[0]) + x[1] * sigma(-x[0]),
    ),
    RowCase(
        name="bce_from_probs",
        ours=each(ops.bce_from_probs, **NONE),
        exact=lambda x: (
            -(x[1] * mp.log(x[0]) if x[1] else 0) - ((1 - x[1]) * mp.log1p(-x[0]) if x[1] != 1 else 0)
        ),
        draw=joined(PROBABILITY, SHARE),
        target=(2, 4),
        learned=[0],
        slope_scale=lambda x: x[1] / x[0] + (1 - x[1]) / (1 - x[0]),
    ),
    RowCase(
        name="bce_from_log_probs",
        ours=each(ops.bce_from_log_probs, **NONE),
        exact=lambda x: -(x[1] * x[0] if x[1] else 0) - ((1 - x[1]) * log1mexp(x[0]) if x[1] != 1 else 0),
        draw=joined(numbers(lambda r: -(10 ** r.uniform(-6, 2))), SHARE),
        target=(2, 4),
        learned=[0],
        slope_scale=lambda x: x[1] - (1 - x[1]) / mp.expm1(-x[0]) * -1,
    ),
    RowCase(
        name="focal_loss",
        ours=each(ops.focal_loss, **NONE),
        exact=focal,
        draw=joined(GAUSS, LABEL),
        target=(2, 2),
        learned=[0],
    ),
    RowCase(
        name="soft_margin_loss",
        ours=each(ops.soft_margin_loss, **NONE),
        exact=lambda x: log1pexp(-x[0] * x[1]),
        draw=joined(GAUSS, numbers(lambda r: r.choice((-1.0, 1.0)))),
        target=(2, 4),
        learned=[0],
    ),
    RowCase(
        name="gan_loss",
        ours=lambda x: ops.gan_loss(x[:, 0], True, reduction="none"),
        exact=lambda x: log1pexp(-x[0]),
        draw=GAUSS,
        target=(2, 3),
    ),
    RowCase(
        name="mse_loss",
        ours=each(ops.mse_loss, **NONE),
        exact=lambda x: (x[0] - x[1]) ** 2,
        draw=joined(GAUSS, GAUSS),
        target=(2, 2),
    ),
    RowCase(
        name="huber_loss",
        ours=each(ops.huber_loss, **NONE),
        exact=huber,
        draw=joined(GAUSS, GAUSS),
        target=(2, 2),
    ),
    RowCase(
        name="log_cosh_loss",
        ours=each(ops.log_cosh_loss, **NONE),
        exact=lambda x: log_cosh(x[0] - x[1]),
        draw=joined(GAUSS, GAUSS),
        target=(4, 2),
    ),
    RowCase(
        name="gaussian_nll",
        ours=each(ops.gaussian_nll, full=True, **NONE),
        exact=lambda x: -normal(x[1], x[0], x[2] / 2),
        draw=joined(GAUSS, GAUSS, LOG_STD),
        target=(4, 8),
        value_scale=lambda x: normal_size(x[1], x[0], x[2] / 2),
        slope_scale=lambda x: 1 + normal_size(x[1], x[0], x[2] / 2),
    ),
    RowCase(
        name="vae_kl",
        ours=lambda x: ops.vae_kl(x[:, :1], x[:, 1:], -1),
        exact=lambda x: (x[0] ** 2 + mp.expm1(x[1]) - x[1]) / 2,
        draw=joined(GAUSS, LOG_STD),
        target=(4, 4),
    ),
    RowCase(
        name="grpo_kl",
        ours=each(ops.grpo_kl),
        exact=lambda x: mp.expm1(x[1] - x[0]) - (x[1] - x[0]),
        draw=joined(LOG_STD, LOG_STD),
        target=(8, 8),
    ),
    RowCase(
        name="safe_div",
        ours=each(ops.safe_div),
        exact=lambda x: x[0] / x[1],
        draw=joined(GAUSS, GAUSS),
        target=(1, 2),
    ),
    RowCase(
        name="safe_sqrt",
        ours=lambda x: ops.safe_sqrt(x[:, 0]),
        exact=lambda x: mp.sqrt(x[0]),
        draw=PROBABILITY,
        target=(1, 2),
    ),
    RowCase(
        name="safe_log",
        ours=lambda x: ops.safe_log(x[:, 0]),
        exact=lambda x: mp.log(x[0]),
        draw=PROBABILITY,
        target=(1, 1),
    ),
    RowCase(
        name="mul_no_nan",
        ours=each(ops.mul_no_nan),
        exact=lambda x: x[0] * x[1],
        draw=joined(GAUSS, GAUSS),
        target=(1, 1),
    ),
    RowCase(
        name="safe_pow",
        ours=each(ops.safe_pow),
        exact=lambda x: x[0] ** x[1],
        draw=joined(PROBABILITY, GAUSS),
        target=(2, 4),
    ),
]
