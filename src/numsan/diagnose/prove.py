"""From a likely cause to a proved one: experiments in the order of what they cost and tell, within a budget of time."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from numsan.core.finding import Finding, Proof, Report
from numsan.core.trace import StepNorms
from numsan.diagnose.experiments.budget import Budget
from numsan.diagnose.experiments.repair import Search
from numsan.repair.candidates import Hints
from numsan.repair.text import read

Rewritten = Callable[[dict[str, str], float], Any]


def prove(
    report: Report, history: list[StepNorms], folder: str, rewritten: Rewritten, budget: Budget
) -> Report:
    """The report with what experiments add to its first finding. `rewritten` takes full paths, findings short ones."""
    if not report.findings or report.findings[0].file is None or budget.left <= 0:
        return report

    def full(file: str) -> str:
        return os.path.realpath(os.path.join(folder, file))

    search = Search(
        report=report,
        ask=lambda files, seconds: rewritten({full(f): t for f, t in files.items()}, seconds),
        read=lambda file: read(full(file)),
        losses={n.step: n.loss for n in history},
        hints=Hints(rate=_rate_that_went_well(history)),
        budget=budget,
    )
    fix, proof = search.run()
    first = report.findings[0]
    if fix is None or proof is None:
        said = f"none of {search.tried} edits lets the program run on" if search.tried else "no edit is known"
        proof = Proof(
            experiment="repair", outcome="not-run" if not search.tried else "nonfinite", detail=said
        )
        return _with(report, replace(first, proof=(*first.proof, proof)))
    first = replace(first, fix=fix, proof=(*first.proof, proof))
    return _with(report, replace(first, confidence="proved" if _repeats(first) else first.confidence))


def _repeats(finding: Finding) -> bool:
    """Whether the failure came back every time it was run as it is."""
    replays = [p for p in finding.proof if p.experiment == "replay"]
    return bool(replays) and all(p.outcome == "nonfinite" for p in replays)


def _with(report: Report, first: Finding) -> Report:
    return replace(report, findings=(first, *report.findings[1:]))


def _rate_that_went_well(history: list[StepNorms]) -> float | None:
    """The learning rate of the step with the least loss."""
    known = [n for n in history if n.loss is not None and n.loss == n.loss and n.lr]
    return min(known, key=lambda n: n.loss or 0.0).lr if known else None
