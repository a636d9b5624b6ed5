"""Inverse functions and functions near a root."""

from __future__ import annotations

import math

import mpmath as mp
import torch
from ops_exact import exprel, exprel_slope, log1pmx, sinc, sinc_slope
from ops_harness import Case
from ops_points import all_pairs, pow_points

from numsan import ops

TRIG = [
    Case(
        name="acos",
        ours=ops.acos,
        exact=mp.acos,
        slopes=(lambda x: -1 / mp.sqrt((1 - x) * (1 + x)),),
        target=(2, 4),
        domain=lambda x: abs(x) < 1,
        near=(1.0, -1.0),
        naive=torch.acos,
    ),
    Case(
        name="asin",
        ours=ops.asin,
        exact=mp.asin,
        slopes=(lambda x: 1 / mp.sqrt((1 - x) * (1 + x)),),
        target=(2, 4),
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
        pairs=all_pairs,
        naive=torch.atan2,
    ),
    Case(
        name="hypot",
        ours=ops.hypot,
        exact=mp.hypot,
        slopes=(lambda x, y: x / mp.hypot(x, y), lambda x, y: y / mp.hypot(x, y)),
        target=(2, 4),
        domain=lambda y, x: y != 0 and x != 0,
        pairs=all_pairs,
        naive=lambda x, y: torch.sqrt(x * x + y * y),
    ),
    Case(
        name="sinc",
        ours=ops.sinc,
        exact=sinc,
        slopes=(sinc_slope,),
        target=(2, 4),
        near=(1.0, 0.6, 1.43),
        slope_scales=(lambda x: (abs(mp.cospi(x)) + abs(sinc(x))) / abs(x) if abs(x) > 0.1 else None,),
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
        target=(2, 2),
        domain=lambda x, y: x > 0,
        pairs=pow_points,
        naive=lambda x, y: x**y - 1,
    ),
    Case(
        name="log1pmx",
        ours=ops.log1pmx,
        exact=log1pmx,
        slopes=(lambda x: -x / (1 + x),),
        target=(3, 2),
        domain=lambda x: x > -1,
        near=(-0.4, 0.7, -0.7, 1.5),
        naive=lambda x: torch.log1p(x) - x,
    ),
    Case(
        name="exprel",
        ours=ops.exprel,
        exact=exprel,
        slopes=(exprel_slope,),
        target=(2, 4),
        near=(1.0, -2.0, 2.0),
        naive=lambda x: (torch.exp(x) - 1) / x,
    ),
]
