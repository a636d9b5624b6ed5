"""All in float64: what is finite then failed for the format's range or precision, what is not fails mathematically."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run

_OTHER_REASONS = ("explosion", "data", "method")


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    formats = {o.dtype for o in finding.operands}
    if finding.kind not in _OTHER_REASONS and finding.code != "NS801" and "float64" not in formats:
        yield Experiment(name="float64", factor="float64", says="every operation in float64", in_place=True)
