"""All in float64: what is finite then failed for the format's range or precision, what is not fails mathematically."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run, of_data

_OTHER_REASONS = ("explosion", "method")


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    formats = {o.dtype for o in finding.operands}
    other = finding.kind in _OTHER_REASONS or of_data(finding) or finding.code == "NS801"
    if not other and "float64" not in formats:
        yield Experiment(name="float64", factor="float64", says="every operation in float64", in_place=True)
