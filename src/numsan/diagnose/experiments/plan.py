"""Which experiments a finding calls for, in order: those that its verdict needs first, then by what they cost."""

from __future__ import annotations

from numsan.core.finding import Finding
from numsan.diagnose.experiments import (
    as_it_is,
    autocast,
    batch,
    clipping,
    determinism,
    eager,
    float64,
    loss_scale,
    module,
    moments,
    rate,
    samples,
    state,
    threads,
)
from numsan.diagnose.experiments.experiment import Experiment, Run

_EACH = (as_it_is, float64, autocast, module, threads, samples, rate, clipping, loss_scale, moments, eager, determinism,
         batch, state)  # fmt: skip


def planned(finding: Finding, run: Run) -> list[Experiment]:
    wanted = [e for one in _EACH for e in one.plan(finding, run)]
    return sorted(wanted, key=lambda e: (not e.first, not e.in_place))
