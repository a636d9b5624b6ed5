"""Gradients clipped to norm 1 before every step, where the program does not clip; unclipped where it does."""

from __future__ import annotations

from collections.abc import Iterator

from numsan.core.finding import Finding
from numsan.diagnose.experiments.experiment import Experiment, Run


def plan(finding: Finding, run: Run) -> Iterator[Experiment]:
    if finding.kind != "explosion":
        return
    if "clip_grad" in run.text:
        yield Experiment(name="unclipped", factor="unclipped", says="without its clipping", first=False)
    else:
        yield Experiment(
            name="clipped", factor="clipped", value=1.0, says="gradients clipped to norm 1", beyond=16
        )
