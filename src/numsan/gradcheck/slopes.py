"""Directional derivatives by differences: value, uncertainty, kink, and what they say about autograd."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Status = Literal["right", "wrong", "kink", "unresolved"]


@dataclass(frozen=True, slots=True)
class Slope:
    """One directional derivative: by autograd, by differences, and how far the differences can be trusted."""

    name: str
    analytic: float
    numeric: float
    uncertainty: float
    status: Status

    @property
    def error(self) -> float:
        """Relative disagreement."""
        size = max(abs(self.analytic), abs(self.numeric))
        return abs(self.analytic - self.numeric) / size if size else 0.0


@dataclass(frozen=True, slots=True)
class GradReport:
    """All directions; `ok` when none is wrong. Per-parameter slopes are there when they were needed or asked
    for."""

    together: tuple[Slope, ...]
    parameters: tuple[Slope, ...]

    @property
    def ok(self) -> bool:
        """No direction is wrong."""
        return all(s.status != "wrong" for s in (*self.together, *self.parameters))

    def __str__(self) -> str:
        rows = [
            f"{s.name}: {s.status}, autograd {s.analytic:.4g}, numeric {s.numeric:.4g} +- {s.uncertainty:.1g}"
            for s in (*self.together, *self.parameters)
        ]
        return "\n".join(rows)


def _differences(f: Callable[[float], float], h: float, eps: float) -> tuple[float, float, bool]:
    """Derivative of f at 0 by Richardson on central differences, its uncertainty, and whether there is a
    kink."""
    centre = f(0.0)
    steps = [h / 2**k for k in range(4)]
    right, left = [f(s) for s in steps], [f(-s) for s in steps]
    size = max(abs(centre), *map(abs, right), *map(abs, left))
    table = [(a - b) / (2 * s) for a, b, s in zip(right, left, steps, strict=True)]
    noise = 4 * eps * size / steps[-1]
    best, spread, order = table[0], math.inf, 4.0
    column: list[float] = table
    while len(column) > 1:
        column = [(order * fine - coarse) / (order - 1) for coarse, fine in pairwise(column)]
        spread = min(spread, abs(column[-1] - best))
        best, order = column[-1], order * 4
    # At a kink the one-sided derivatives differ by the same amount at every step; else by O(step).
    jumps = [abs((a - centre) / s - (centre - b) / s) for a, b, s in zip(right, left, steps, strict=True)]
    kink = jumps[-1] > 0.6 * jumps[0] and jumps[-1] > 100 * noise + 1e-3 * abs(best)
    return best, spread + noise, kink


def verdict(
    name: str, analytic: float, f: Callable[[float], float], h: float, eps: float, tolerance: float
) -> Slope:
    numeric, uncertainty, kink = _differences(f, h, eps)
    if not (math.isfinite(analytic) and math.isfinite(numeric)):
        return Slope(name, analytic, numeric, uncertainty, "wrong")
    if kink:
        return Slope(name, analytic, numeric, uncertainty, "kink")
    size = max(abs(analytic), abs(numeric))
    if abs(analytic - numeric) <= tolerance * size + 10 * uncertainty:
        unclear = 10 * uncertainty > 0.1 * size and size > 0 and uncertainty > 1e3 * eps
        return Slope(name, analytic, numeric, uncertainty, "unresolved" if unclear else "right")
    return Slope(name, analytic, numeric, uncertainty, "wrong")
