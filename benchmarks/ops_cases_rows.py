"""Reductions, norms, losses and densities, each with its exact value in mpmath and its target."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import torch
from ops_rows import RowCase, logits, numbers, vectors

from numsan import ops

N = 5
LOGITS = logits(N)
PROBABILITY = numbers(lambda r: r.random() ** r.choice((1, 1, 6)) * 0.98 + 1e-3)
LABEL = numbers(lambda r: float(r.randrange(2)))
SHARE = numbers(lambda r: r.choice((0.0, 1.0, 0.25, 0.5)))
GAUSS = numbers(lambda r: r.gauss(0, 1) * 10 ** r.uniform(-3, 1.3))
LOG_STD = numbers(lambda r: r.gauss(0, 1.5))


def lse(x: list[Any]) -> Any:
    m = max(x)
    return m + mp.log(sum(mp.exp(v - m) for v in x))


def largest(x: list[Any]) -> Any:
    return max(abs(v) for v in x)


def norm(x: list[Any]) -> Any:
    return mp.sqrt(sum(v * v for v in x))


def soft(x: list[Any]) -> list[Any]:
    total = lse(x)
    return [mp.exp(v - total) for v in x]


def mean(x: list[Any]) -> Any:
    return sum(x) / len(x)


def spread(x: list[Any], correction: int) -> Any:
    m = mean(x)
    return sum((v - m) ** 2 for v in x) / (len(x) - correction)


def cosine(x: list[Any]) -> Any:
    u, v = x[:N], x[N:]
    return sum(a * b for a, b in zip(u, v, strict=True)) / (norm(u) * norm(v))


def gap(x: list[Any]) -> Any:
    return norm([a - b for a, b in zip(x[:N], x[N:], strict=True)])


def one(x: list[Any]) -> Any:
    return mp.mpf(1)


def pairs(f: Any) -> Any:
    return lambda x: f(x[:, :N], x[:, N:])


def each(f: Any, **options: Any) -> Any:
    """A loss of single numbers, one column per argument."""
    return lambda x: f(*x.unbind(1), **options)


def normal(x: Any, m: Any, s: Any) -> Any:
    return -(((x - m) * mp.exp(-s)) ** 2) / 2 - s - mp.log(2 * mp.pi) / 2


def normal_size(x: Any, m: Any, s: Any) -> Any:
    return ((x - m) * mp.exp(-s)) ** 2 / 2 + abs(s) + 1


WEIGHTS = [0.5, 2.0, 1.0, 0.25, 3.0]
# Slopes: 1e-6 relative, 16 ulp, is what the rounding of x - max does up to a distance of 16; beyond it is put back.
REDUCTIONS = [
    RowCase(
        name="logsumexp",
        ours=lambda x: ops.logsumexp(x, 1),
        exact=lse,
        draw=LOGITS,
        target=(2, 16),
        value_scale=largest,
    ),
    RowCase(
        name="logmeanexp",
        ours=lambda x: ops.logmeanexp(x, 1),
        exact=lambda x: lse(x) - mp.log(N),
        draw=LOGITS,
        target=(2, 16),
        value_scale=largest,
    ),
    RowCase(
        name="logsumexp weighted",
        ours=lambda x: ops.logsumexp(x, 1, weights=x.new_tensor(WEIGHTS)),
        exact=lambda x: lse([v + mp.log(w) for v, w in zip(x, WEIGHTS, strict=True)]),
        draw=LOGITS,
        target=(2, 256),
        value_scale=largest,
    ),
    RowCase(
        name="logcumsumexp",
        ours=lambda x: ops.logcumsumexp(x, 1)[:, 3],
        exact=lambda x: lse(x[:4]),
        draw=LOGITS,
        target=(2, 256),
        learned=range(4),
        value_scale=largest,
    ),
    RowCase(
        name="softmax",
        ours=lambda x: ops.softmax(x, 1)[:, 0],
        exact=lambda x: soft(x)[0],
        draw=LOGITS,
        target=(1, 1.5),  # slope: a product of two shares, each rounded by half a unit
        slope_scale=lambda x: soft(x)[0],
    ),
    RowCase(
        name="log_softmax",
        ours=lambda x: ops.log_softmax(x, 1)[:, 0],
        exact=lambda x: x[0] - lse(x),
        draw=LOGITS,
        target=(2, 16),
        value_scale=lambda x: max(x) - x[0],
    ),
    RowCase(
        name="cross_entropy",
        ours=lambda x: ops.cross_entropy(x, torch.zeros(len(x), dtype=torch.int64), reduction="none"),
        exact=lambda x: lse(x) - x[0],
        draw=LOGITS,
        target=(2, 16),
        value_scale=lambda x: max(x) - x[0],
    ),
    RowCase(
        name="entropy",
        ours=lambda x: ops.entropy(x, 1),
        exact=lambda x: sum(p * (lse(x) - v) for p, v in zip(soft(x), x, strict=True)),
        draw=LOGITS,
        target=(2, 2),
        value_scale=lambda x: largest([p * (lse(x) - v) for p, v in zip(soft(x), x, strict=True)]),
        slope_scale=lambda x: largest([p * (lse(x) - v) for p, v in zip(soft(x), x, strict=True)]),
    ),
    RowCase(
        name="log_abs_prod",
        ours=lambda x: ops.log_abs_prod(x, 1)[0],
        exact=lambda x: sum(mp.log(abs(v)) for v in x),
        draw=vectors(N, 0.4),
        target=(2, 2),
        value_scale=lambda x: largest([mp.log(abs(v)) for v in x]),
    ),
]
