"""The blamed module alone in float32: what is finite then needs no wider format anywhere else."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run, half

NAME = "module in float32"


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    if half(finding) and finding.module and not run.compiled:
        says = f"module {finding.module} in float32"
        yield Experiment(name=NAME, factor="module-float32", says=says, module=finding.module, in_place=True)
