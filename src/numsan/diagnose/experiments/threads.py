"""Another number of threads: a failure that depends on it lies in the order of a sum, or in a race."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run, of_data


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    asked = "num_threads" in run.text or finding.code == "NS801"
    chaotic = finding.kind == "explosion" or of_data(finding)  # a step earlier or later there tells nothing
    if not chaotic and (run.threads > 1 or asked):
        other = 1 if run.threads > 1 else 2
        yield Experiment(
            name="threads", factor="threads", says=f"{other} instead of {run.threads} threads", value=other,
            in_place=True, first=finding.code != "NS801",
        )  # fmt: skip
