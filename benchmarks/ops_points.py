"""Pairs and triples of arguments made from sampled numbers."""

from __future__ import annotations

import math
import random


def sorted_pairs(flat: list[float]) -> list[tuple[float, ...]]:
    """(x, y) with x >= y: unrelated, close, and a few tens apart."""
    rng = random.Random(7)
    out: list[tuple[float, ...]] = []
    for i, x in enumerate(flat):
        y = (flat[-i], x * (1 - 10 ** rng.uniform(-7, 0)), x - rng.uniform(0, 60))[i % 3]
        out.append((max(x, y), min(x, y)))
    return out


def any_pairs(flat: list[float]) -> list[tuple[float, ...]]:
    return [p if i % 2 else (p[1], p[0]) for i, p in enumerate(sorted_pairs(flat))]


def mix_points(flat: list[float]) -> list[tuple[float, ...]]:
    rng = random.Random(9)
    return [(rng.random() ** rng.choice((1, 9)), *p) for p in any_pairs(flat) if max(map(abs, p)) < 1e4]


def pow_points(flat: list[float]) -> list[tuple[float, ...]]:
    rng = random.Random(f"{flat[:3]}")
    return [(math.exp(rng.gauss(0, 3)), rng.gauss(0, 1) * 10 ** rng.uniform(-9, 1)) for _ in flat]


def all_pairs(flat: list[float]) -> list[tuple[float, ...]]:
    rng = random.Random(6)
    return [(x, (flat[-i], x * 10 ** rng.uniform(-3, 3))[i % 2]) for i, x in enumerate(flat)]
