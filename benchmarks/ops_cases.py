"""The pointwise operations of `numsan.ops`, each with its exact value and slopes in mpmath and its target in
ulp."""

from __future__ import annotations

import random
from typing import Any

import mpmath as mp
import torch
from ops_cases_special import SPECIAL
from ops_harness import Case

from numsan import ops

LN2 = 0.6931471805599453


def _sigma(x: Any) -> Any:
    e = mp.exp(-abs(x))
    return (e if x < 0 else 1) / (1 + e)


def _log1mexp(x: Any) -> Any:
    return mp.log(-mp.expm1(x)) if x > -1 else mp.log1p(-mp.exp(x))


def _log1pexp(x: Any) -> Any:
    return max(x, 0) + mp.log1p(mp.exp(-abs(x)))


def _softplus_inverse(x: Any) -> Any:
    return mp.log(mp.expm1(x)) if x < 1 else x + mp.log1p(-mp.exp(-x))


def _log_cosh(x: Any) -> Any:
    return (
        mp.log1p(2 * mp.sinh(x / 2) ** 2)
        if abs(x) < 1
        else abs(x) + mp.log1p(mp.exp(-2 * abs(x))) - mp.log(2)
    )


def sorted_pairs(flat: list[float]) -> list[tuple[float, ...]]:
    """(x, y) with x >= y: unrelated, close, and a few tens apart."""
    rng = random.Random(7)
    out: list[tuple[float, ...]] = []
    for i, x in enumerate(flat):
        y = (flat[-i], x * (1 - 10 ** rng.uniform(-7, 0)), x - rng.uniform(0, 60))[i % 3]
        out.append((max(x, y), min(x, y)))
    return out


def _sech2(x: Any) -> Any:
    e = mp.exp(-2 * abs(x))
    return 4 * e / (1 + e) ** 2


LOG_SPACE = [
    Case(
        name="log1mexp",
        ours=ops.log1mexp,
        exact=_log1mexp,
        slopes=(lambda x: -1 / mp.expm1(-x),),
        target=(2, 2.1),
        domain=lambda x: x < 0,
        near=(-LN2,),
        naive=lambda x: torch.log(1 - torch.exp(x)),
    ),
    Case(
        name="log1pexp",
        ours=ops.log1pexp,
        exact=_log1pexp,
        slopes=(_sigma,),
        target=(2, 3),
        naive=lambda x: torch.log(1 + torch.exp(x)),
    ),
    Case(
        name="softplus_inverse",
        ours=ops.softplus_inverse,
        exact=_softplus_inverse,
        slopes=(lambda x: -1 / mp.expm1(-x),),
        target=(2, 2),
        domain=lambda x: x > 0,
        near=(LN2, 0.42, 1.5),
        naive=lambda x: torch.log(torch.exp(x) - 1),
    ),
    Case(
        name="log_sigmoid",
        ours=ops.log_sigmoid,
        exact=lambda x: -_log1pexp(-x),
        slopes=(lambda x: _sigma(-x),),
        target=(2, 3),
        naive=lambda x: torch.log(torch.sigmoid(x)),
    ),
    Case(
        name="log_cosh",
        ours=ops.log_cosh,
        exact=_log_cosh,
        slopes=(mp.tanh,),
        target=(3, 1),
        near=(-1.0, 1.0),
        naive=lambda x: torch.log(torch.cosh(x)),
    ),
    Case(
        name="tanh_log_det",
        ours=ops.tanh_log_det,
        exact=lambda x: -2 * _log_cosh(x),
        slopes=(lambda x: -2 * mp.tanh(x),),
        target=(3, 1),
        near=(-1.0, 1.0),
        naive=lambda x: torch.log(1 - torch.tanh(x) ** 2),
    ),
    Case(
        name="logit",
        ours=ops.logit,
        exact=lambda p: mp.log(p) - mp.log1p(-p) if abs(p - 0.5) > 0.25 else 2 * mp.atanh(2 * p - 1),
        slopes=(lambda p: 1 / (p * (1 - p)),),
        target=(2, 2),
        domain=lambda p: 0 < p < 1,
        near=(0.25, 0.5, 0.75, 1.0),
        naive=lambda p: torch.log(p / (1 - p)),
    ),
    Case(
        name="logit_from_log",
        ours=ops.logit_from_log,
        exact=lambda x: -_softplus_inverse(-x),
        slopes=(lambda x: -1 / mp.expm1(x),),
        target=(2, 2),
        domain=lambda x: x < 0,
        near=(-LN2, -0.42, -1.5),
        naive=lambda x: torch.logit(torch.exp(x)),
    ),
    Case(
        name="sigmoid",
        ours=ops.sigmoid,
        exact=_sigma,
        slopes=(lambda x: _sigma(x) * _sigma(-x),),
        target=(3, 4),
        naive=lambda x: 1 / (1 + torch.exp(-x)),
    ),
    Case(name="tanh", ours=ops.tanh, exact=mp.tanh, slopes=(_sech2,), target=(3, 4), naive=torch.tanh),
    Case(
        name="expm1",
        ours=ops.expm1,
        exact=mp.expm1,
        slopes=(mp.exp,),
        target=(1, 1),
        naive=lambda x: torch.exp(x) - 1,
    ),
    Case(
        name="silu",
        ours=ops.silu,
        exact=lambda x: x * _sigma(x),
        slopes=(lambda x: _sigma(x) * (1 + x * _sigma(-x)),),
        target=(3, 4),
        naive=lambda x: x * torch.sigmoid(x),
        slope_scales=(lambda x: _sigma(x) * max(1, abs(x) * _sigma(-x)),),
    ),
]


def any_pairs(flat: list[float]) -> list[tuple[float, ...]]:
    return [p if i % 2 else (p[1], p[0]) for i, p in enumerate(sorted_pairs(flat))]


def _mix_points(flat: list[float]) -> list[tuple[float, ...]]:
    rng = random.Random(9)
    return [(rng.random() ** rng.choice((1, 9)), *p) for p in any_pairs(flat) if max(map(abs, p)) < 1e4]


def _log_sub(x: Any, y: Any) -> Any:
    return x + _log1mexp(y - x)


def _mix(w: Any, x: Any, y: Any) -> Any:
    m = max(x, y)
    return m + mp.log(w * mp.exp(x - m) + (1 - w) * mp.exp(y - m))


def _logadd(x: Any, y: Any) -> Any:
    return max(x, y) + mp.log1p(mp.exp(-abs(x - y)))


PAIRS = [
    Case(
        name="logaddexp",
        ours=ops.logaddexp,
        exact=_logadd,
        slopes=(lambda x, y: _sigma(x - y), lambda x, y: _sigma(y - x)),
        target=(2, 4),
        pairs=any_pairs,
        conditioned=lambda x, y: max(abs(max(x, y)), mp.mpf(10) ** -60),
        naive=lambda x, y: torch.log(torch.exp(x) + torch.exp(y)),
    ),
    Case(
        name="logsubexp",
        ours=ops.logsubexp,
        exact=_log_sub,
        slopes=(lambda x, y: -1 / mp.expm1(y - x), lambda x, y: -1 / mp.expm1(x - y)),
        target=(2, 4),
        domain=lambda x, y: x > y,
        pairs=sorted_pairs,
        conditioned=lambda x, y: max(abs(x), abs(_log1mexp(y - x))),
        naive=lambda x, y: torch.log(torch.exp(x) - torch.exp(y)),
    ),
    Case(
        name="log_mix",
        ours=ops.log_mix,
        exact=_mix,
        slopes=(
            lambda w, x, y: mp.exp(y - _mix(w, x, y)) * mp.expm1(x - y),
            lambda w, x, y: w * mp.exp(x - _mix(w, x, y)),
            lambda w, x, y: (1 - w) * mp.exp(y - _mix(w, x, y)),
        ),
        target=(4, 8),
        domain=lambda w, x, y: 0 < w < 1,
        pairs=_mix_points,
        conditioned=lambda w, x, y: max(abs(x), abs(y), abs(mp.log(w)), abs(mp.log1p(-w))),
        naive=lambda w, x, y: torch.log(w * torch.exp(x) + (1 - w) * torch.exp(y)),
    ),
    Case(
        name="log_sigmoid_difference",
        ours=ops.log_sigmoid_difference,
        exact=lambda x, y: -_log1pexp(-x) - _log1pexp(y) + _log1mexp(y - x),
        slopes=(
            lambda x, y: _sigma(-x) / _sigma(-y) / -mp.expm1(y - x),
            lambda x, y: _sigma(y) / _sigma(x) / mp.expm1(y - x),
        ),
        target=(4, 8),
        domain=lambda x, y: x > y,
        pairs=sorted_pairs,
    ),
    Case(
        name="xlogy",
        ours=ops.xlogy,
        exact=lambda x, y: x * mp.log(y),
        slopes=(lambda x, y: mp.log(y), lambda x, y: x / y),
        target=(2, 2),
        domain=lambda x, y: y > 0,
        pairs=any_pairs,
        naive=lambda x, y: x * torch.log(y),
    ),
    Case(
        name="xlog1py",
        ours=ops.xlog1py,
        exact=lambda x, y: x * mp.log1p(y),
        slopes=(lambda x, y: mp.log1p(y), lambda x, y: x / (1 + y)),
        target=(2, 2),
        domain=lambda x, y: y > -1,
        pairs=any_pairs,
        naive=lambda x, y: x * torch.log(1 + y),
    ),
    Case(
        name="xlogx",
        ours=ops.xlogx,
        exact=lambda x: x * mp.log(x),
        slopes=(lambda x: mp.log(x) + 1,),
        target=(2, 2),
        domain=lambda x: x > 0,
        near=(1.0, 0.36787944),
        slope_scales=(lambda x: max(abs(mp.log(x)), 1),),
        naive=lambda x: x * torch.log(x),
    ),
]

CASES = [*LOG_SPACE, *PAIRS, *SPECIAL]
