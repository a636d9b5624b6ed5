"""The repair itself: the program with an edit applied to its text, run up to the step that failed and beyond it.

Edits are tried from the most to the least telling. One that only moves the failure elsewhere is kept, and the next
failure repaired on top of it. The first edit with which the program runs on as it did, but without failing, is the fix.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any

from numsan.check.edits import unified
from numsan.core import restore
from numsan.core.finding import Finding, Fix, Proof, Report
from numsan.diagnose.experiments.budget import Budget, side_by_side
from numsan.repair.candidates import Candidate, Hints, candidates

_DEEPEST, _BRANCHES = 4, 2  # repairs on top of each other, and how many are built upon at each level
_BEYOND = 100  # steps without a failure that count like the end of the program
_ALIKE = 1e-2  # relative difference of a loss before the failing step that rounding and a guard explain
_WILD = 100.0  # times the largest loss before
_CHANGES_TRAINING = ("explosion", "loss-scale")  # the steps before must differ, too

Ask = Callable[[dict[str, str], float], Any]
"""Runs the program with these files rewritten, for so many seconds; see `numsan.watch.trial`."""
Files = dict[str, str]
_NO_ANSWER: dict[str, Any] = {"status": 1, "steps": 0, "losses": (), "report": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a program under repair. `unlike` and `wild` are None where nothing can be compared."""

    files: Files
    summary: tuple[str, ...]
    report: Report | None
    ended: bool
    steps: int
    unlike: float | None
    wild: bool
    crashed: bool

    @property
    def healthy(self) -> bool:
        return not self.crashed and (self.report is None or self.report.status == "healthy")


@dataclass(slots=True)
class Search:
    """`read` gives the text of a file as it is on the disk, `losses` those that the failing run had."""

    report: Report
    ask: Ask
    read: Callable[[str], str | None]
    losses: dict[int, float | None]
    hints: Hints
    budget: Budget
    tried: int = 0

    def run(self) -> tuple[Fix | None, Proof | None]:
        first = self.report.findings[0]
        best = self._from(first, self.report.failed_step or 0, {}, (), 1)
        if best is None:
            return None, None
        diff = "".join(
            unified(self.read(file) or "", text, file) for file, text in sorted(best.files.items())
        )
        summary = ", then ".join(dict.fromkeys(best.summary))
        return Fix(summary=summary, diff=diff, verified=True), Proof(
            experiment="repair", outcome="finite", detail=self._said(best)
        )

    def _from(
        self, finding: Finding, step: int, files: Files, said: tuple[str, ...], depth: int
    ) -> Outcome | None:
        """The best repair of this finding on top of `files`. Where an edit only moves the failure, what it moved to is
        repaired first: two places of one defect are common, and so is the same defect on the next line."""
        fallback: Outcome | None = None
        descents = 0
        for outcome in self._outcomes(finding, files, said):
            if self._works(outcome):
                if self._alike(outcome):
                    return outcome
                fallback = fallback or outcome
            elif descents < _BRANCHES and depth < _DEEPEST and self._moved(outcome, finding, step):
                descents += 1
                assert outcome.report is not None
                now, at = outcome.report.findings[0], outcome.report.failed_step or 0
                then = self._from(now, at, outcome.files, outcome.summary, depth + 1)
                if then is not None and self._alike(then):
                    return then
                fallback = fallback or then
        return fallback

    def _outcomes(self, finding: Finding, files: Files, said: tuple[str, ...]) -> Iterator[Outcome]:
        workers = side_by_side()

        def present(file: str) -> str | None:
            return files.get(file) or self.read(file)

        waiting = candidates(finding, present, self.hints)
        with ThreadPoolExecutor(workers) as pool:
            while self.budget.left > 0 and (wave := list(islice(waiting, workers))):
                self.tried += len(wave)
                yield from pool.map(self._try, wave, repeat(files), repeat(said))

    def _try(self, candidate: Candidate, files: Files, said: tuple[str, ...]) -> Outcome:
        changed = {**files, candidate.file: candidate.text}
        answer: dict[str, Any] = self.ask(changed, self.budget.left) or _NO_ANSWER
        losses: dict[int, float | None] = dict(answer["losses"])
        report = restore.report(answer["report"]) if answer["report"] else None
        return Outcome(
            files=changed, summary=(*said, candidate.summary), report=report, ended=answer["status"] is not None,
            steps=answer["steps"], unlike=self._unlike(losses), wild=self._wild(losses),
            crashed=(answer["status"] not in (None, 0) and report is None) or bool(answer.get("unwatched")),
        )  # fmt: skip

    def _works(self, outcome: Outcome) -> bool:
        beyond = outcome.steps - (self.report.failed_step or 0)
        return outcome.healthy and beyond > 0 and (outcome.ended or beyond >= _BEYOND)

    def _alike(self, outcome: Outcome) -> bool:
        """Whether it trains as before until the failure, and not wildly after it."""
        free = self.report.findings[0].kind in _CHANGES_TRAINING
        return not outcome.wild and (free or outcome.unlike is None or outcome.unlike <= _ALIKE)

    def _moved(self, outcome: Outcome, finding: Finding, step: int) -> bool:
        """Whether the failure is another one, later or elsewhere, and nothing was changed before it."""
        report = outcome.report
        if (
            report is None
            or not self._alike(outcome)
            or not report.findings
            or report.findings[0].file is None
        ):
            return False
        now = report.findings[0]
        at = report.failed_step or 0
        here = (now.file, now.line, now.op) == (finding.file, finding.line, finding.op)
        return at > step or (at == step and not here)

    def _unlike(self, losses: dict[int, float | None]) -> float | None:
        pairs = [(a, b) for s, a in self._before() if (b := losses.get(s)) is not None]
        return max((abs(a - b) / max(abs(a), abs(b), 1e-30) for a, b in pairs), default=None)

    def _wild(self, losses: dict[int, float | None]) -> bool:
        usual = max((abs(a) for _, a in self._before()), default=None)
        after = [abs(x) for s, x in losses.items() if x is not None and s >= (self.report.failed_step or 0)]
        return usual is not None and max(after, default=0.0) > _WILD * max(usual, 1e-3)

    def _before(self) -> list[tuple[int, float]]:
        failed = self.report.failed_step or 0
        return [(s, x) for s, x in self.losses.items() if x is not None and s < failed and math.isfinite(x)]

    def _said(self, best: Outcome) -> str:
        beyond = best.steps - (self.report.failed_step or 0) - 1
        how = "to its end" if best.ended else f"for {best.steps} steps"
        if best.unlike is None:
            like = ""
        elif best.unlike == 0:
            like = "; before it, every loss is the same bit for bit"
        else:
            like = f"; before it, losses differ by at most {best.unlike:.2g} of their size"
        tried = "" if self.tried == 1 else f" ({self.tried} edits tried)"
        return f"with the edit the program runs {how}, {beyond} steps beyond the one that failed{like}{tried}"
