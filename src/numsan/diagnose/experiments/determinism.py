"""Deterministic algorithms, and uninitialised memory filled with NaN: for failures that come and go."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    if finding.code == "NS801" or any(p.outcome == "different" for p in finding.proof):
        yield Experiment(
            name="deterministic", factor="deterministic", says="with deterministic algorithms", first=False
        )
        yield Experiment(
            name="memory filled",
            factor="filled",
            says="with uninitialised memory filled with NaN",
            first=False,
        )
