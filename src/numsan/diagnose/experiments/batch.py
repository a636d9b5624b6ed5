"""Another batch in the step that failed: whether this batch is needed for it."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    if run.loaded and finding.kind != "explosion" and finding.code != "NS801":
        yield Experiment(
            name="other batch", factor="other-batch", says="another batch in the step", since=run.step, beyond=0,
            first=False,
        )  # fmt: skip
