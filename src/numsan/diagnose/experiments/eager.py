"""Eager instead of compiled, for a program that compiles something."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    if run.compiled:
        yield Experiment(name="eager", factor="eager", says="without compilation")
