"""The same batches at an earlier state: the weights stay as they were some steps before the failure."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run, of_data

_BACK = 10


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    if run.step > 1 and finding.kind != "explosion" and not of_data(finding) and finding.code != "NS801":
        since = max(0, run.step - _BACK)
        yield Experiment(
            name="earlier state", factor="rate", value=0.0, says="the weights kept as they were", since=since,
            beyond=0, first=False,
        )  # fmt: skip
