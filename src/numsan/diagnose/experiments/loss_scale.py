"""Loss scale 1, and a 256th of the scale: finite means that the scale was too high, which is normal."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    if run.scaled:
        yield Experiment(name="loss scale 1", factor="scale", says="loss scale 1", value=1.0)
        yield Experiment(
            name="loss scale /256",
            factor="scale",
            says="a 256th of the loss scale",
            value=2.0**-8,
            first=False,
        )
