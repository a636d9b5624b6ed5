"""Log-space operations of one argument, and activations."""

from __future__ import annotations

import mpmath as mp
import torch
from ops_exact import log1mexp, log1pexp, log_cosh, sech2, sigma, softplus_inverse
from ops_harness import Case

from numsan import ops

LN2 = 0.6931471805599453

LOG_SPACE = [
    Case(
        name="log1mexp",
        ours=ops.log1mexp,
        exact=log1mexp,
        slopes=(lambda x: -1 / mp.expm1(-x),),
        target=(2, 2),
        domain=lambda x: x < 0,
        near=(-LN2,),
        naive=lambda x: torch.log(1 - torch.exp(x)),
    ),
    Case(
        name="log1pexp",
        ours=ops.log1pexp,
        exact=log1pexp,
        slopes=(sigma,),
        target=(2, 3),
        naive=lambda x: torch.log(1 + torch.exp(x)),
    ),
    Case(
        name="softplus_inverse",
        ours=ops.softplus_inverse,
        exact=softplus_inverse,
        slopes=(lambda x: -1 / mp.expm1(-x),),
        target=(2, 2),
        domain=lambda x: x > 0,
        near=(LN2, 0.42, 1.5),
        naive=lambda x: torch.log(torch.exp(x) - 1),
    ),
    Case(
        name="log_sigmoid",
        ours=ops.log_sigmoid,
        exact=lambda x: -log1pexp(-x),
        slopes=(lambda x: sigma(-x),),
        target=(2, 3),
        naive=lambda x: torch.log(torch.sigmoid(x)),
    ),
    Case(
        name="log_cosh",
        ours=ops.log_cosh,
        exact=log_cosh,
        slopes=(mp.tanh,),
        target=(3, 1),
        near=(-1.0, 1.0),
        naive=lambda x: torch.log(torch.cosh(x)),
    ),
    Case(
        name="tanh_log_det",
        ours=ops.tanh_log_det,
        exact=lambda x: -2 * log_cosh(x),
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
        exact=lambda x: -softplus_inverse(-x),
        slopes=(lambda x: -1 / mp.expm1(x),),
        target=(2, 2),
        domain=lambda x: x < 0,
        near=(-LN2, -0.42, -1.5),
        naive=lambda x: torch.logit(torch.exp(x)),
    ),
    Case(
        name="sigmoid",
        ours=ops.sigmoid,
        exact=sigma,
        slopes=(lambda x: sigma(x) * sigma(-x),),
        target=(3, 4),
        naive=lambda x: 1 / (1 + torch.exp(-x)),
    ),
    Case(name="tanh", ours=ops.tanh, exact=mp.tanh, slopes=(sech2,), target=(3, 4), naive=torch.tanh),
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
        exact=lambda x: x * sigma(x),
        slopes=(lambda x: sigma(x) * (1 + x * sigma(-x)),),
        target=(3, 4),
        naive=lambda x: x * torch.sigmoid(x),
        slope_scales=(lambda x: sigma(x) * max(1, abs(x) * sigma(-x)),),
    ),
]
