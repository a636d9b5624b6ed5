"""What a course of losses looks like: the practitioner's words for it, from numbers alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, median

SYMPTOMS = {
    "nan": "the loss, a gradient or a weight is not finite",
    "exploding": "the loss decreased, then exploded",
    "oscillating": "the loss oscillates and does not fall",
    "stuck": "the loss moves no further than chance",
    "slow": "the loss falls very slowly",
    "diverging": "training and validation loss go apart",
}
_FEW = 12  # losses below which nothing is said


def symptom(losses: Sequence[float]) -> str | None:
    """One of `SYMPTOMS`, or None for a course that looks well.

    >>> symptom([2.0] * 40), symptom([2.0 * 0.9**i for i in range(40)])
    ('stuck', None)
    """
    if any(not math.isfinite(x) for x in losses):
        return "nan"
    if len(losses) < _FEW:
        return None
    quarter = max(4, len(losses) // 8 * 2)  # even: of a loss that alternates, half of each
    first, last = losses[:quarter], losses[-quarter:]
    size = max(abs(fmean(first)), 1e-12)
    fell = (fmean(first) - fmean(last)) / size
    least = min(losses)
    if fmean(last) > 10 * max(abs(least), 1e-12) and fmean(last) > 2 * fmean(first) and fmean(first) > 0:
        return "exploding"
    if fell > 0.1:
        return None
    swings = _swings(losses)
    if swings > 0.5 * median(map(abs, losses)) and fell < 0.05:
        return "oscillating"
    if abs(fell) < max(0.005, _noise(losses, size)):
        return "stuck"
    return "slow" if fell > 0 else None


def diverging(train: Sequence[float], valid: Sequence[float]) -> bool:
    """The validation loss has turned and risen well above its least, while the training loss goes on falling."""
    if len(valid) < 4 or len(train) < _FEW:
        return False
    quarter = max(3, len(train) // 4)
    falling = fmean(train[-quarter:]) < 0.9 * fmean(train[:quarter])
    at = min(range(len(valid)), key=valid.__getitem__)
    tail = valid[at:]
    return falling and len(tail) >= 3 and tail[-1] > 1.2 * valid[at] and fmean(tail[1:]) > 1.1 * valid[at]


def _swings(losses: Sequence[float]) -> float:
    """The usual step from one loss to the next, where directions alternate; 0 where they do not."""
    steps = [b - a for a, b in pairwise(losses)]
    turns = sum(a * b < 0 for a, b in pairwise(steps))
    return median(map(abs, steps)) if turns > 0.6 * max(len(steps) - 1, 1) else 0.0


def _noise(losses: Sequence[float], size: float) -> float:
    """What the mean of a quarter moves by chance, as a share of the loss."""
    steps = [abs(b - a) for a, b in pairwise(losses)]
    return median(steps) / size / math.sqrt(max(3, len(losses) // 4))
