"""Without autocast: whether the format that it chose for the operation is to blame."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run, half


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    if "autocast" in run.text and (half(finding) or run.scaled):
        yield Experiment(name="autocast off", factor="autocast-off", says="autocast off", in_place=True)
