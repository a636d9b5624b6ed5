"""Log-densities, each with its exact value in mpmath and its target."""

from __future__ import annotations

from typing import Any

import mpmath as mp
from ops_cases_rows import GAUSS, LOG_STD, PROBABILITY, each, normal, normal_size, one
from ops_exact import log1mexp, log1pexp, log_cosh, log_ndtr, sigma
from ops_rows import RowCase, joined, numbers

from numsan import ops


def gap_phi(x: list[Any]) -> Any:
    low, high = x
    low, high = (-high, -low) if low > 0 else (low, high)
    return log_ndtr(high) + log1mexp(log_ndtr(low) - log_ndtr(high))


INTERVAL = joined(numbers(lambda r: -(10 ** r.uniform(-2, 1.3))), numbers(lambda r: 10 ** r.uniform(-2, 1.3)))
COUNT = numbers(lambda r: float(round(10 ** r.uniform(0, 3))))
POSITIVE = numbers(lambda r: 10 ** r.uniform(-1, 3))


DENSITIES = [
    RowCase(
        name="normal_log_prob",
        ours=each(ops.normal_log_prob),
        exact=lambda x: normal(*x),
        draw=joined(GAUSS, GAUSS, LOG_STD),
        target=(4, 4),
        value_scale=lambda x: normal_size(*x),
        slope_scale=lambda x: 1 + normal_size(*x),
    ),
    RowCase(
        name="tanh_normal_log_prob",
        ours=each(ops.tanh_normal_log_prob),
        exact=lambda x: normal(*x) + 2 * log_cosh(x[0]),
        draw=joined(GAUSS, GAUSS, LOG_STD),
        target=(4, 4),
        value_scale=lambda x: normal_size(*x) + 2 * abs(x[0]),
        slope_scale=lambda x: 3 + normal_size(*x),
    ),
    RowCase(
        name="sigmoid_normal_log_prob",
        ours=each(ops.sigmoid_normal_log_prob),
        exact=lambda x: normal(*x) + log1pexp(x[0]) + log1pexp(-x[0]),
        draw=joined(GAUSS, GAUSS, LOG_STD),
        target=(4, 4),
        value_scale=lambda x: normal_size(*x) + abs(x[0]),
        slope_scale=lambda x: 3 + normal_size(*x),
    ),
    RowCase(
        name="log_ndtr_difference",
        ours=each(ops.log_ndtr_difference),
        exact=gap_phi,
        draw=INTERVAL,
        target=(32, 400),
    ),
    RowCase(
        name="min_snr_weight",
        ours=lambda x: ops.min_snr_weight(x[:, 0]),
        exact=lambda x: min(mp.mpf(1), 5 / mp.exp(x[0])),
        draw=GAUSS,
        target=(2, 4),
    ),
    RowCase(
        name="alpha",
        ours=lambda x: ops.alpha_sigma(x[:, 0])[0],
        exact=lambda x: mp.sqrt(sigma(x[0])),
        draw=GAUSS,
        target=(8, 8),
    ),
    RowCase(
        name="poisson_log_prob",
        ours=each(ops.poisson_log_prob),
        exact=lambda x: x[0] * mp.log(x[1]) - x[1] - mp.loggamma(x[0] + 1),
        draw=joined(COUNT, POSITIVE),
        target=(16, 16),
        learned=[1],
        value_scale=one,
        slope_scale=one,
    ),
    RowCase(
        name="binomial_log_prob",
        ours=each(ops.binomial_log_prob),
        exact=lambda x: (
            mp.loggamma(x[1] + 1)
            - mp.loggamma(x[0] + 1)
            - mp.loggamma(x[1] - x[0] + 1)
            + x[0] * mp.log(x[2])
            + (x[1] - x[0]) * mp.log1p(-x[2])
        ),
        draw=joined(
            numbers(lambda r: float(r.randrange(1, 64))),
            numbers(lambda r: 64.0 * r.randrange(1, 4)),
            PROBABILITY,
        ),
        target=(32, 16),
        learned=[2],
        value_scale=one,
        slope_scale=lambda x: 1 + x[0] / x[2] + x[1] / (1 - x[2]),
    ),
    RowCase(
        name="negative_binomial_log_prob",
        ours=each(ops.negative_binomial_log_prob),
        exact=lambda x: (
            mp.loggamma(x[0] + x[1])
            - mp.loggamma(x[0] + 1)
            - mp.loggamma(x[1])
            + x[1] * mp.log1p(-x[2])
            + x[0] * mp.log(x[2])
        ),
        draw=joined(COUNT, POSITIVE, PROBABILITY),
        target=(32, 16),
        learned=[1, 2],
        value_scale=one,
        slope_scale=lambda x: 1 + x[0] / x[2] + x[1] / (1 - x[2]),
    ),
    RowCase(
        name="student_t_log_prob",
        ours=each(ops.student_t_log_prob),
        exact=lambda x: (
            mp.loggamma((x[1] + 1) / 2)
            - mp.loggamma(x[1] / 2)
            - mp.log(mp.pi * x[1]) / 2
            - (x[1] + 1) / 2 * mp.log1p(x[0] ** 2 / x[1])
        ),
        draw=joined(GAUSS, POSITIVE),
        target=(64, 32),
        value_scale=one,
        slope_scale=one,
    ),
    RowCase(
        name="beta_log_prob",
        ours=each(ops.beta_log_prob),
        exact=lambda x: (
            (x[1] - 1) * mp.log(x[0]) + (x[2] - 1) * mp.log1p(-x[0]) - mp.log(mp.beta(x[1], x[2]))
        ),
        draw=joined(PROBABILITY, POSITIVE, POSITIVE),
        target=(64, 32),
        value_scale=one,
        slope_scale=lambda x: 1 + x[1] / x[0] + x[2] / (1 - x[0]),
    ),
    RowCase(
        name="log_beta",
        ours=each(ops.log_beta),
        exact=lambda x: mp.loggamma(x[0]) + mp.loggamma(x[1]) - mp.loggamma(x[0] + x[1]),
        draw=joined(POSITIVE, POSITIVE),
        target=(64, 32),
        value_scale=one,
        slope_scale=one,
    ),
]
