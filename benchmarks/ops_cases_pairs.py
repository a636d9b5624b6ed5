"""Log-space operations of two and three arguments."""

from __future__ import annotations

import mpmath as mp
import torch
from ops_exact import log1mexp, log1pexp, log_sub, logadd, mix, sigma
from ops_harness import Case
from ops_points import any_pairs, mix_points, sorted_pairs

from numsan import ops

PAIRS = [
    Case(
        name="logaddexp",
        ours=ops.logaddexp,
        exact=logadd,
        slopes=(lambda x, y: sigma(x - y), lambda x, y: sigma(y - x)),
        target=(3, 2),  # value: 2 at the 99th percentile
        pairs=any_pairs,
        conditioned=lambda x, y: max(abs(max(x, y)), mp.mpf(10) ** -60),
        naive=lambda x, y: torch.log(torch.exp(x) + torch.exp(y)),
    ),
    Case(
        name="logsubexp",
        ours=ops.logsubexp,
        exact=log_sub,
        slopes=(lambda x, y: -1 / mp.expm1(y - x), lambda x, y: -1 / mp.expm1(x - y)),
        # value: 2 at the 99th percentile
        target=(3, 2),
        domain=lambda x, y: x > y,
        pairs=sorted_pairs,
        conditioned=lambda x, y: max(abs(x), abs(log1mexp(y - x))),
        naive=lambda x, y: torch.log(torch.exp(x) - torch.exp(y)),
    ),
    Case(
        name="log_mix",
        ours=ops.log_mix,
        exact=mix,
        slopes=(
            lambda w, x, y: mp.exp(y - mix(w, x, y)) * mp.expm1(x - y),
            lambda w, x, y: w * mp.exp(x - mix(w, x, y)),
            lambda w, x, y: (1 - w) * mp.exp(y - mix(w, x, y)),
        ),
        target=(4, 8),
        domain=lambda w, x, y: 0 < w < 1,
        pairs=mix_points,
        conditioned=lambda w, x, y: max(abs(x), abs(y), abs(mp.log(w)), abs(mp.log1p(-w))),
        naive=lambda w, x, y: torch.log(w * torch.exp(x) + (1 - w) * torch.exp(y)),
    ),
    Case(
        name="log_sigmoid_difference",
        ours=ops.log_sigmoid_difference,
        exact=lambda x, y: -log1pexp(-x) - log1pexp(y) + log1mexp(y - x),
        slopes=(
            lambda x, y: sigma(-x) / sigma(-y) / -mp.expm1(y - x),
            lambda x, y: sigma(y) / sigma(x) / mp.expm1(y - x),
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
