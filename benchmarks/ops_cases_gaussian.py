"""The normal distribution and what is built on it."""

from __future__ import annotations

import math

import mpmath as mp
import torch
from ops_exact import (
    big_phi,
    erfcx,
    erfcx_slope,
    gelu_arg,
    gelu_tanh_slope,
    hazard,
    log_ndtr,
    mish,
    phi,
    saturated,
)
from ops_harness import Case

from numsan import ops

GAUSSIAN = [
    Case(
        name="ndtr",
        ours=ops.ndtr,
        exact=big_phi,
        slopes=(phi,),
        target=(4, 4),
        near=(-5.6, -9.0, -13.0, -37.0),
        naive=lambda x: 0.5 * (1 + torch.erf(x / math.sqrt(2))),
    ),
    Case(
        name="log_ndtr",
        ours=ops.log_ndtr,
        exact=log_ndtr,
        slopes=(hazard,),
        target=(6, 30),
        near=(-1.0, 5.0, 10.0, 37.0),
        naive=lambda x: torch.log(0.5 * (1 + torch.erf(x / math.sqrt(2)))),
    ),
    Case(
        name="erfcx",
        ours=ops.erfcx,
        exact=erfcx,
        slopes=(erfcx_slope,),
        target=(2, 4),
        near=(2.0, 5.0, -5.0, 26.0),
        domain=lambda x: x > -26,
        naive=lambda x: torch.exp(x * x) * torch.erfc(x),
    ),
    Case(
        name="gelu",
        ours=ops.gelu,
        exact=lambda x: x * big_phi(x),
        slopes=(lambda x: big_phi(x) + x * phi(x),),
        target=(4, 8),
        near=(-5.5, -12.0, -37.0),
        slope_scales=(lambda x: big_phi(x) + abs(x) * phi(x),),
        naive=lambda x: 0.5 * x * (1 + torch.erf(x / math.sqrt(2))),
    ),
    Case(
        name="gelu_tanh",
        ours=lambda x: ops.gelu(x, "tanh"),
        exact=lambda x: x * saturated(gelu_arg(x)[0]),
        slopes=(gelu_tanh_slope,),
        target=(4, 8),
        near=(-5.0, -8.0, -15.0),
        slope_scales=(
            lambda x: saturated(gelu_arg(x)[0]) * (1 + abs(x) * gelu_arg(x)[1] * saturated(-gelu_arg(x)[0])),
        ),
        naive=lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    ),
    Case(
        name="mish",
        ours=ops.mish,
        exact=lambda x: x * mish(x)[0],
        slopes=(lambda x: mish(x)[0] + x * mish(x)[1],),
        target=(4, 8),
        slope_scales=(lambda x: mish(x)[0] + abs(x) * mish(x)[1],),
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
        exact=lambda x: 2 * big_phi(-x * mp.sqrt(2)),
        slopes=(lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x),),
        target=(2, 2),
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
