"""The optimizer's moments set to 0 before the step that failed."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    if finding.phase == "optimizer" and finding.kind not in ("explosion", "loss-scale"):
        yield Experiment(
            name="moments reset", factor="moments", says="the optimizer's moments set to 0", since=run.step
        )
