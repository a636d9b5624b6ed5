"""Special functions of `numsan.ops`: inverse functions, functions near a root, the normal distribution."""

from __future__ import annotations

import math
import random
from typing import Any

import mpmath as mp
import torch
from ops_harness import Case

from numsan import ops


def _pow_points(flat: list[float]) -> list[tuple[float, ...]]:
    rng = random.Random(5)
    return [(math.exp(rng.gauss(0, 3)), rng.gauss(0, 1) * 10 ** rng.uniform(-9, 1)) for _ in flat]


def _all_pairs(flat: list[float]) -> list[tuple[float, ...]]:
    rng = random.Random(6)
    return [(x, (flat[-i], x * 10 ** rng.uniform(-3, 3))[i % 2]) for i, x in enumerate(flat)]


def _sinc(x: Any) -> Any:
    return mp.sinpi(x) / (mp.pi * x) if x else mp.mpf(1)


def _sinc_slope(x: Any) -> Any:
    if abs(x) < mp.mpf(10) ** -10:
        return -(mp.pi**2) * x / 3
    with mp.workdps(100):
        return (mp.cospi(x) - _sinc(x)) / x


def _exprel(x: Any) -> Any:
    return mp.expm1(x) / x if x else mp.mpf(1)


def _exprel_slope(x: Any) -> Any:
    if abs(x) < mp.mpf(10) ** -15:
        return mp.mpf(1) / 2 + x / 3
    with mp.workdps(150):
        return (mp.exp(x) - mp.expm1(x) / x) / x


def _log1pmx(x: Any) -> Any:
    if abs(x) < mp.mpf(10) ** -30:
        return -x * x / 2 + x**3 / 3
    with mp.workdps(150):
        return mp.log1p(x) - x


def _phi(x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def _big_phi(x: Any) -> Any:
    if abs(x) > 1e4:
        return mp.mpf(1) if x > 0 else mp.mpf(10) ** -9999
    return mp.erfc(-x / mp.sqrt(2)) / 2


def _erfcx(x: Any) -> Any:
    if x > 1e4:
        y = 1 / (2 * x * x)
        return (1 - y + 3 * y**2 - 15 * y**3 + 105 * y**4 - 945 * y**5 + 10395 * y**6) / (x * mp.sqrt(mp.pi))
    return mp.exp(x * x) * mp.erfc(x)


def _erfcx_slope(x: Any) -> Any:
    if x > 1e4:
        y = 1 / (2 * x * x)
        return -2 / mp.sqrt(mp.pi) * (y - 3 * y**2 + 15 * y**3 - 105 * y**4 + 945 * y**5 - 10395 * y**6)
    with mp.workdps(100):
        return 2 * x * _erfcx(x) - 2 / mp.sqrt(mp.pi)


def _log_ndtr(x: Any) -> Any:
    if x < 0:
        return mp.log(_erfcx(-x / mp.sqrt(2)) / 2) - x * x / 2
    return mp.log1p(-_big_phi(-x))


def _hazard(x: Any) -> Any:
    return mp.sqrt(2 / mp.pi) / _erfcx(-x / mp.sqrt(2)) if x < 0 else _phi(x) / _big_phi(x)


def _gelu_arg(x: Any) -> tuple[Any, Any]:
    gain = 2 * mp.sqrt(2 / mp.pi)
    return gain * (x + mp.mpf("0.044715") * x**3), gain * (1 + 3 * mp.mpf("0.044715") * x * x)


def _sigma(x: Any) -> Any:
    e = mp.exp(-abs(x))
    return (e if x < 0 else 1) / (1 + e)


def _gelu_tanh_slope(x: Any) -> Any:
    u, du = _gelu_arg(x)
    return _sigma(u) * (1 + x * du * _sigma(-u))


def _mish(x: Any) -> tuple[Any, Any]:
    if x > 1e6:
        return mp.mpf(1), mp.mpf(10) ** -99999
    e = mp.exp(x)
    n = e * (e + 2)
    return n / (n + 2), 4 * e * (e + 1) / (n + 2) ** 2


TRIG = [
    Case(
        name="acos",
        ours=ops.acos,
        exact=mp.acos,
        slopes=(lambda x: -1 / mp.sqrt((1 - x) * (1 + x)),),
        target=(2, 2),
        domain=lambda x: abs(x) < 1,
        near=(1.0, -1.0),
        naive=torch.acos,
    ),
    Case(
        name="asin",
        ours=ops.asin,
        exact=mp.asin,
        slopes=(lambda x: 1 / mp.sqrt((1 - x) * (1 + x)),),
        target=(2, 2),
        domain=lambda x: abs(x) < 1,
        near=(1.0, -1.0),
        naive=torch.asin,
    ),
    Case(
        name="acosh",
        ours=ops.acosh,
        exact=mp.acosh,
        slopes=(lambda x: 1 / mp.sqrt((x - 1) * (x + 1)),),
        target=(2, 4),
        domain=lambda x: x > 1,
        near=(1.0,),
        naive=torch.acosh,
    ),
    Case(
        name="asinh",
        ours=ops.asinh,
        exact=mp.asinh,
        slopes=(lambda x: 1 / mp.sqrt(1 + x * x),),
        target=(2, 4),
        naive=torch.asinh,
    ),
    Case(
        name="atanh",
        ours=ops.atanh,
        exact=mp.atanh,
        slopes=(lambda x: 1 / ((1 - x) * (1 + x)),),
        target=(2, 4),
        domain=lambda x: abs(x) < 1,
        near=(1.0, -1.0),
        naive=torch.atanh,
    ),
    Case(
        name="atan2",
        ours=ops.atan2,
        exact=mp.atan2,
        slopes=(lambda y, x: x / (x * x + y * y), lambda y, x: -y / (x * x + y * y)),
        target=(2, 4),
        domain=lambda y, x: y != 0 and x != 0,
        pairs=_all_pairs,
        naive=torch.atan2,
    ),
    Case(
        name="hypot",
        ours=ops.hypot,
        exact=mp.hypot,
        slopes=(lambda x, y: x / mp.hypot(x, y), lambda x, y: y / mp.hypot(x, y)),
        target=(2, 4),
        domain=lambda y, x: y != 0 and x != 0,
        pairs=_all_pairs,
        naive=lambda x, y: torch.sqrt(x * x + y * y),
    ),
    Case(
        name="sinc",
        ours=ops.sinc,
        exact=_sinc,
        slopes=(_sinc_slope,),
        target=(4, 4),
        near=(1.0, 0.6, 1.43),
        slope_scales=(lambda x: (abs(mp.cospi(x)) + abs(_sinc(x))) / abs(x) if abs(x) > 0.1 else None,),
        naive=lambda x: torch.sin(math.pi * x) / (math.pi * x),
    ),
]
SMALL = [
    Case(
        name="sqrt1pm1",
        ours=ops.sqrt1pm1,
        exact=lambda x: x / (mp.sqrt(1 + x) + 1),
        slopes=(lambda x: 1 / (2 * mp.sqrt(1 + x)),),
        target=(2, 2),
        domain=lambda x: x > -1,
        near=(-1.0,),
        naive=lambda x: torch.sqrt(1 + x) - 1,
    ),
    Case(
        name="log1psquare",
        ours=ops.log1psquare,
        exact=lambda x: mp.log1p(x * x),
        slopes=(lambda x: 2 * x / (1 + x * x),),
        target=(2, 2),
        near=(1.0, -1.0),
        naive=lambda x: torch.log(1 + x * x),
    ),
    Case(
        name="cosm1",
        ours=ops.cosm1,
        exact=lambda x: -2 * mp.sin(x / 2) ** 2,
        slopes=(lambda x: -mp.sin(x),),
        target=(2, 2),
        naive=lambda x: torch.cos(x) - 1,
    ),
    Case(
        name="powm1",
        ours=ops.powm1,
        exact=lambda x, y: mp.expm1(y * mp.log(x)),
        slopes=(lambda x, y: y * x ** (y - 1), lambda x, y: x**y * mp.log(x)),
        target=(3, 3),
        domain=lambda x, y: x > 0,
        pairs=_pow_points,
        naive=lambda x, y: x**y - 1,
    ),
    Case(
        name="log1pmx",
        ours=ops.log1pmx,
        exact=_log1pmx,
        slopes=(lambda x: -x / (1 + x),),
        target=(3, 2),
        domain=lambda x: x > -1,
        near=(-0.4, 0.7, -0.7, 1.5),
        naive=lambda x: torch.log1p(x) - x,
    ),
    Case(
        name="exprel",
        ours=ops.exprel,
        exact=_exprel,
        slopes=(_exprel_slope,),
        target=(3, 4),
        near=(1.0, -2.0, 2.0),
        naive=lambda x: (torch.exp(x) - 1) / x,
    ),
]
GAUSSIAN = [
    Case(
        name="ndtr",
        ours=ops.ndtr,
        exact=_big_phi,
        slopes=(_phi,),
        target=(4, 4),
        near=(-5.6, -9.0, -13.0, -37.0),
        naive=lambda x: 0.5 * (1 + torch.erf(x / math.sqrt(2))),
    ),
    Case(
        name="log_ndtr",
        ours=ops.log_ndtr,
        exact=_log_ndtr,
        slopes=(_hazard,),
        target=(6, 30),
        near=(-1.0, 5.0, 10.0, 37.0),
        naive=lambda x: torch.log(0.5 * (1 + torch.erf(x / math.sqrt(2)))),
    ),
    Case(
        name="erfcx",
        ours=ops.erfcx,
        exact=_erfcx,
        slopes=(_erfcx_slope,),
        target=(4, 8),
        near=(2.0, 5.0, -5.0, 26.0),
        domain=lambda x: x > -26,
        naive=lambda x: torch.exp(x * x) * torch.erfc(x),
    ),
    Case(
        name="gelu",
        ours=ops.gelu,
        exact=lambda x: x * _big_phi(x),
        slopes=(lambda x: _big_phi(x) + x * _phi(x),),
        target=(4, 8),
        near=(-5.5, -12.0, -37.0),
        slope_scales=(lambda x: _big_phi(x) + abs(x) * _phi(x),),
        naive=lambda x: 0.5 * x * (1 + torch.erf(x / math.sqrt(2))),
    ),
    Case(
        name="gelu_tanh",
        ours=lambda x: ops.gelu(x, "tanh"),
        exact=lambda x: x * _sigma(_gelu_arg(x)[0]),
        slopes=(_gelu_tanh_slope,),
        target=(8, 8),
        near=(-5.0,),
        domain=lambda x: x > -3,
        slope_scales=(
            lambda x: _sigma(_gelu_arg(x)[0]) * (1 + abs(x) * _gelu_arg(x)[1] * _sigma(-_gelu_arg(x)[0])),
        ),
        naive=lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    ),
    Case(
        name="mish",
        ours=ops.mish,
        exact=lambda x: x * _mish(x)[0],
        slopes=(lambda x: _mish(x)[0] + x * _mish(x)[1],),
        target=(4, 8),
        slope_scales=(lambda x: _mish(x)[0] + abs(x) * _mish(x)[1],),
        naive=lambda x: x * torch.tanh(torch.log(1 + torch.exp(x))),
    ),
    Case(
        name="erf",
        ours=ops.erf,
        exact=lambda x: mp.erf(x) if abs(x) < 1e3 else mp.sign(x),
        slopes=(lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x),),
        target=(2, 2),
        naive=torch.erf,
    ),
    Case(
        name="erfc",
        ours=ops.erfc,
        exact=lambda x: 2 * _big_phi(-x * mp.sqrt(2)),
        slopes=(lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x),),
        target=(2, 3),
        near=(5.0, 9.0, 26.0),
        naive=lambda x: 1 - torch.erf(x),
    ),
    Case(
        name="cosh",
        ours=ops.cosh,
        exact=mp.cosh,
        slopes=(mp.sinh,),
        target=(2, 2),
        near=(89.0, 20.0),
        naive=lambda x: (torch.exp(x) + torch.exp(-x)) / 2,
    ),
    Case(
        name="sinh",
        ours=ops.sinh,
        exact=mp.sinh,
        slopes=(mp.cosh,),
        target=(2, 2),
        near=(89.0, 20.0),
        naive=lambda x: (torch.exp(x) - torch.exp(-x)) / 2,
    ),
]
SPECIAL = [*TRIG, *SMALL, *GAUSSIAN]
