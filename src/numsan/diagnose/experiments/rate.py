"""A smaller learning rate from the last good step on; rate 0 leaves the state as it was then, and the batches go on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import median
from typing import Any

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run

_WILD = 10.0  # times the usual norm


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    exploding = finding.kind == "explosion"
    if not exploding and (finding.phase != "optimizer" or finding.kind == "loss-scale"):
        return
    since = last_good(run.history)
    beyond = max(16, run.step - since)
    for factor, first in ((0.1, True), (0.0, not exploding), (0.5, False)):
        yield Experiment(
            name=f"learning rate x{factor:g}", factor="rate", value=factor, since=since, beyond=beyond,
            says=f"learning rate x{factor:g}", first=first,
        )  # fmt: skip


def last_good(history: list[Any]) -> int:
    """The last step whose gradient was of the size that it had in the first half, and not one before it was larger."""
    norms = [(n.step, n.grad) for n in history if math.isfinite(n.grad)]
    if not norms:
        return 0
    usual = median(g for _, g in norms[: max(1, len(norms) // 2)])
    wild = next((s for s, g in norms if g > _WILD * usual), norms[-1][0])
    return max(0, wild - 1)
