"""Norms, normalisations and sums, each with its exact value in mpmath and its target."""

from __future__ import annotations

import mpmath as mp
import torch
from ops_cases_rows import N, cosine, gap, largest, mean, norm, one, pairs, spread
from ops_rows import RowCase, joined, vectors

from numsan import ops

NORMS = [
    RowCase(name="safe_norm", ours=lambda x: ops.safe_norm(x, 1), exact=norm, draw=vectors(N), target=(2, 4)),
    RowCase(
        name="normalize",
        ours=lambda x: ops.normalize(x, 1)[:, 0],
        exact=lambda x: x[0] / norm(x),
        draw=vectors(N, 0.1),
        target=(2, 4),
        slope_scale=lambda x: 1 / norm(x),
    ),
    RowCase(
        name="cosine_similarity",
        ours=pairs(ops.cosine_similarity),
        exact=cosine,
        draw=joined(vectors(N, 0.1), vectors(N, 0.1)),
        target=(4, 4),
        value_scale=one,
        slope_scale=lambda x: 1 / min(norm(x[:N]), norm(x[N:])),
    ),
    RowCase(
        name="angle_between",
        ours=pairs(ops.angle_between),
        exact=lambda x: mp.acos(cosine(x)),
        draw=joined(vectors(N, 0.4, 0.6), vectors(N, 0.4, 0.6)),
        target=(4, 8),
        slope_scale=lambda x: 1 / min(norm(x[:N]), norm(x[N:])),
    ),
    RowCase(
        name="pairwise_distance",
        ours=pairs(ops.pairwise_distance),
        exact=gap,
        draw=joined(vectors(N, 0.4, 0.5), vectors(N, 0.4, 0.5)),
        target=(2, 4),
    ),
    RowCase(
        name="var",
        ours=lambda x: ops.var(x, 1),
        exact=lambda x: spread(x, 1),
        draw=vectors(N, 0.3, 0.7),
        target=(4, 4),
        slope_scale=lambda x: 2 * largest([v - mean(x) for v in x]) / (N - 1),
    ),
    RowCase(
        name="std",
        ours=lambda x: ops.std(x, 1),
        exact=lambda x: mp.sqrt(spread(x, 1)),
        draw=vectors(N, 0.1),
        target=(4, 4),
        slope_scale=one,
    ),
    RowCase(
        name="standardize",
        ours=lambda x: ops.standardize(x, 1)[:, 0],
        exact=lambda x: (x[0] - mean(x)) / mp.sqrt(spread(x, 0)),
        draw=vectors(N, 0.2),
        target=(4, 8),
        value_scale=one,
        slope_scale=lambda x: 1 / mp.sqrt(spread(x, 0)),
    ),
    RowCase(
        name="layer_norm",
        ours=lambda x: ops.layer_norm(x, N, eps=2.0**-10)[:, 0],
        exact=lambda x: (x[0] - mean(x)) / mp.sqrt(spread(x, 0) + mp.mpf(2) ** -10),
        draw=vectors(N, 0.2),
        target=(4, 8),
        value_scale=one,
        slope_scale=lambda x: 1 / mp.sqrt(spread(x, 0) + mp.mpf(2) ** -10),
    ),
    RowCase(
        name="rms_norm",
        ours=lambda x: ops.rms_norm(x, N, eps=2.0**-10)[:, 0],
        exact=lambda x: x[0] / mp.sqrt(mean([v * v for v in x]) + mp.mpf(2) ** -10),
        draw=vectors(N, 0.2),
        target=(4, 8),
        slope_scale=lambda x: 1 / mp.sqrt(mean([v * v for v in x]) + mp.mpf(2) ** -10),
    ),
    RowCase(
        name="accurate_sum", ours=lambda x: ops.accurate_sum(x, 1), exact=sum, draw=vectors(N), target=(1, 1)
    ),
    RowCase(
        name="dot2",
        ours=pairs(ops.dot2),
        exact=lambda x: sum(a * b for a, b in zip(x[:N], x[N:], strict=True)),
        draw=joined(vectors(N, 0.45, 0.6), vectors(N, 0.45, 0.6)),
        target=(1, 1),
    ),
    RowCase(
        name="masked_mean",
        ours=lambda x: ops.masked_mean(x, torch.arange(N) < 3, 1),
        exact=lambda x: mean(x[:3]),
        draw=vectors(N, 0.0, 0.98),
        target=(2, 1),
        value_scale=lambda x: largest(x[:3]) / 3,
        learned=range(3),
    ),
]
