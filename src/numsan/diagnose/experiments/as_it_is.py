"""Nothing changed, in a new copy of the program: what does not fail again is no property of an expression."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run


def control() -> Experiment:
    return Experiment(name="as it is", factor="none", says="the program as it is")


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    if finding.code == "NS801":
        yield control()
