"""From a likely cause to a proved one: experiments say what kind of failure it is, then a repair is sought and run."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from typing import Any, Protocol

from numsan.core.finding import Finding, Proof, Report
from numsan.core.trace import StepNorms
from numsan.diagnose.dynamics import did_not_reproduce
from numsan.diagnose.experiments.budget import Budget
from numsan.diagnose.experiments.experiment import Bench
from numsan.diagnose.experiments.repair import Search
from numsan.diagnose.experiments.series import Series
from numsan.diagnose.experiments.trials import Trials
from numsan.diagnose.verdict import Verdict
from numsan.repair.candidates import Hints
from numsan.repair.text import read

_SHARE = 1 / 3  # of the time: the repair, which proves most, has the rest


class Laboratory(Bench, Protocol):
    """See `numsan.watch.laboratory`."""

    @property
    def folder(self) -> str: ...
    @property
    def in_place(self) -> bool: ...
    def rewritten(self, files: dict[str, str], seconds: float) -> Any: ...
    def edited(self, files: dict[str, str], most: int, seconds: float) -> Any: ...


def prove(report: Report, bench: Laboratory, budget: Budget) -> Report:
    """The report with what experiments add to its first finding."""
    if not report.findings or budget.left <= 0:
        return report
    series = Series(report.findings[0], bench, budget.share(_SHARE), budget)
    series.run()
    first = replace(report.findings[0], proof=(*report.findings[0].proof, *series.done))
    found = series.verdict()
    first = _judged(first, found, series.said() if series.done else "")
    if found is not None and found.vanished:
        return replace(report, findings=(_blames_nothing(report, first),))
    return _with(report, _repaired(_with(report, first), bench, budget, found))


def _blames_nothing(report: Report, first: Finding) -> Finding:
    """The step fails in place because its state was spoilt, by something that an equal run does not do."""
    if first.code == "NS801":
        return first
    seen = report.first_signal
    what = (
        f"{seen.what} of {seen.where}" if seen is not None and seen.where else seen.what if seen else "step"
    )
    vanished = did_not_reproduce(what, report.failed_step or 0, 1)
    return replace(vanished, proof=first.proof, verdict=first.verdict)


def _judged(first: Finding, found: Verdict | None, said: str) -> Finding:
    words = [found.says if found is not None else "the experiments decide nothing", said] if said else []
    confidence = first.confidence if found is None or found.confidence is None else found.confidence
    if confidence == "proved" and not _repeats(first):
        confidence = first.confidence
    return replace(first, confidence=confidence, verdict=" · ".join(words) or None)


def _repaired(report: Report, bench: Laboratory, budget: Budget, found: Verdict | None) -> Finding:
    """The first finding with the edit that lets the program run on, if there is one."""
    first = report.findings[0]
    if first.file is None or budget.left <= 0:
        return first

    def full(file: str) -> str:
        return os.path.realpath(os.path.join(bench.folder, file))

    def spot(files: dict[str, str], most: int, seconds: float) -> Any:
        return bench.edited({full(f): t for f, t in files.items()}, most, seconds)

    trials = Trials(
        report=report,
        ask=lambda files, seconds: bench.rewritten({full(f): t for f, t in files.items()}, seconds),
        spot=spot if bench.in_place else None,
        losses={n.step: n.loss for n in bench.history},
    )
    search = Search(
        trials=trials,
        needed=bench.took,
        read=lambda file: read(full(file)),
        hints=Hints(rate=_rate_that_went_well(bench.history)),
        budget=budget,
    )
    fix, proof = search.run()
    if fix is None or proof is None:
        said, outcome = _nothing(search), "nonfinite" if search.tried else "not-run"
        return replace(first, proof=(*first.proof, Proof(experiment="repair", outcome=outcome, detail=said)))
    first = replace(first, fix=fix, proof=(*first.proof, proof))
    settled = fix.verified and _repeats(first) and not (found is not None and found.elsewhere)
    return replace(first, confidence="proved" if settled else first.confidence)


def _nothing(search: Search) -> str:
    longer = f"a run from the start takes {search.needed:.4g} s: `--budget {math.ceil(5 * search.needed)}`"
    if search.tried and search.in_place:
        return f"none of {search.tried} edits cures the step in place; for an edit of the set-up {longer}"
    if search.tried:
        return f"none of {search.tried} edits lets the program run on"
    if not search.in_place and search.needed > search.budget.left:
        return f"an edit cannot be tried in place here, and {longer}"
    return "no edit is known"


def _repeats(finding: Finding) -> bool:
    """Whether the failure came back every time it was run as it is."""
    replays = [p for p in finding.proof if p.experiment in ("replay", "as it is")]
    return bool(replays) and all(p.outcome == "nonfinite" for p in replays)


def _with(report: Report, first: Finding) -> Report:
    return replace(report, findings=(first, *report.findings[1:]))


def _rate_that_went_well(history: list[StepNorms]) -> float | None:
    """The learning rate of the step with the least loss."""
    known = [n for n in history if n.loss is not None and n.loss == n.loss and n.lr]
    return min(known, key=lambda n: n.loss or 0.0).lr if known else None
