"""Was the expression unsafe, or was training exploding before it failed? The recorded norms decide."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

from numsan.core.trace import StepNorms

_GROWTH = 1e3  # peak over what was usual; healthy spikes stay below 100
_RECENT = 8


@dataclass(frozen=True, slots=True)
class Explosion:
    """How far and for how many steps norms had grown before the failure."""

    what: str
    usual: float
    peak: float
    since: int  # step at which growth past ten times the usual began
    steps: int
    lr_ratio: float  # learning rate at the failure over the first one
    says: str


def explosion(history: list[StepNorms]) -> Explosion | None:
    """The strongest growth among loss, gradient norm and weight norm, or None when nothing had grown."""
    if not history:
        return None
    series = {
        "loss": [(n.step, abs(n.loss)) for n in history if n.loss is not None],
        "gradient norm": [(n.step, n.grad) for n in history],
        "weight norm": [(n.step, n.weight) for n in history if n.weight is not None],
    }
    found = [e for name, points in series.items() if (e := _growth(name, points, history)) is not None]
    return max(found, key=lambda e: e.peak / e.usual, default=None)


def _growth(name: str, points: list[tuple[int, float]], history: list[StepNorms]) -> Explosion | None:
    values = [v for _, v in points]
    if not values:
        return None
    before = [v for v in values[: max(1, len(values) - _RECENT)] if math.isfinite(v)]
    usual = max(statistics.median(before) if before else 0.0, 1e-6 if name == "loss" else 1e-12)
    recent = values[-_RECENT:]
    peak = max((v if math.isfinite(v) else math.inf) for v in recent)
    if peak < _GROWTH * max(usual, 1e-2 if name == "loss" else usual):
        return None
    grown = [step for step, v in points if not v <= 10 * usual]
    since = grown[0] if grown else history[-1].step
    steps = history[-1].step - since + 1
    rates = [n.lr for n in history if n.lr is not None]
    ratio = rates[-1] / rates[0] if rates and rates[0] else 1.0
    says = (
        f"the {name} went from {usual:.4g} to {peak:.4g} in the last {steps} step{'s' if steps != 1 else ''}"
    )
    return Explosion(name, usual, peak, since, steps, ratio, says)
