"""The repair itself: the program with an edit applied to its text, run up to the step that failed and beyond it.

Edits are tried from the most to the least telling. One that only moves the failure elsewhere is kept, and the next
failure repaired on top of it. The first edit with which the program runs on as it did, but without failing, is the fix;
a few more are tried, and one that changes less of what was right comes before it. Where runs from the start take longer
than there is time, the failing step and those after it are run in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice, repeat

from numsan.check.diffs import unified
from numsan.core.finding import Finding, Fix, Proof
from numsan.diagnose.experiments.budget import Budget, side_by_side
from numsan.diagnose.experiments.trials import Files, Outcome, Trials
from numsan.repair.candidates import Candidate, Hints, candidates

_DEEPEST, _BRANCHES = 4, 2  # repairs on top of each other, and how many are built upon at each level
_RUNS = 3  # runs from the start that there must be time for, or the step is repaired in place
_MORE = 2  # edits that are tried after the first that works
_ROUNDING = 1e-5  # relative difference of the losses before, up to which repairs are equally good


@dataclass(slots=True)
class Search:
    """`needed`: seconds to the failing step; `read` gives the text of a file as it is on the disk."""

    trials: Trials
    needed: float
    read: Callable[[str], str | None]
    hints: Hints
    budget: Budget
    tried: int = 0
    in_place: bool = False  # there is no time for runs from the start
    step_alone: Outcome | None = None  # the failing step was finite, the next ones could not be run
    others: list[Outcome] = field(default_factory=list[Outcome])

    def run(self) -> tuple[Fix | None, Proof | None]:
        report = self.trials.report
        self.in_place = self.trials.spot is not None and self.needed * _RUNS > self.budget.left
        best = self._from(report.findings[0], self.trials.failed_step, {}, (), 1)
        verified, best = best is not None, best or self.step_alone
        if best is None:
            return None, None
        why = (
            f"; runs from the start, {self.needed:.4g} s each, would take too long for `--budget`"
            if best.in_place
            else ""
        )
        tried = "" if self.tried == 1 else f" ({self.tried} edits tried)"
        proof = Proof(experiment="repair", outcome="finite", detail=self.trials.said(best) + why + tried)
        return self._fix(best, verified, tuple(self._fix(o, True) for o in self.others)), proof

    def _fix(self, outcome: Outcome, verified: bool, others: tuple[Fix, ...] = ()) -> Fix:
        files = sorted(outcome.files.items())
        diff = "".join(unified(self.read(file) or "", text, file) for file, text in files)
        summary = ", then ".join(dict.fromkeys(outcome.summary))
        return Fix(summary=summary, diff=diff, verified=verified, others=others)

    def _from(
        self, finding: Finding, step: int, files: Files, said: tuple[str, ...], depth: int
    ) -> Outcome | None:
        """The best repair of this finding on top of `files`. Where an edit only moves the failure, what it moved to is
        repaired first: two places of one defect are common, and so is the same defect on the next line."""
        fallback: Outcome | None = None
        descents = 0
        outcomes = self._outcomes(finding, files, said)
        for outcome in outcomes:
            if self.trials.works(outcome):
                if self.trials.alike(outcome):
                    return self._best_of(outcome, outcomes) if depth == 1 else outcome
                fallback = fallback or outcome
            elif descents < _BRANCHES and depth < _DEEPEST and self._moved(outcome, finding, step):
                descents += 1
                assert outcome.report is not None
                now, at = outcome.report.findings[0], outcome.report.failed_step or 0
                then = self._from(now, at, outcome.files, outcome.summary, depth + 1)
                if then is not None and self.trials.alike(then):
                    return then
                fallback = fallback or then
        return fallback

    def _best_of(self, first: Outcome, waiting: Iterator[Outcome]) -> Outcome:
        """The order of the edits decides among those that change the losses before the failure by rounding only."""
        enough = self.budget.seconds / 2
        more = list(islice(waiting, _MORE)) if self.budget.left > enough else []
        good = [first, *(o for o in more if self.trials.works(o) and self.trials.alike(o))]
        best, *others = sorted(good, key=lambda o: max(o.unlike or 0.0, _ROUNDING))
        self.others = [
            o for n, o in enumerate(others) if o.summary not in {x.summary for x in (best, *others[:n])}
        ]
        return best

    def _outcomes(self, finding: Finding, files: Files, said: tuple[str, ...]) -> Iterator[Outcome]:
        def present(file: str) -> str | None:
            return files.get(file) or self.read(file)

        waiting = candidates(finding, present, self.hints)
        if self.in_place:
            yield from self._on_the_spot(waiting, files, said)
        elif self.needed <= self.budget.left:
            yield from self._in_copies(waiting, files, said)

    def _in_copies(
        self, waiting: Iterator[Candidate], files: Files, said: tuple[str, ...]
    ) -> Iterator[Outcome]:
        workers = side_by_side()
        with ThreadPoolExecutor(workers) as pool:
            while self.budget.left > 0 and (wave := list(islice(waiting, workers))):
                self.tried += len(wave)
                left = self.budget.left
                yield from pool.map(self.trials.copied, wave, repeat(files), repeat(said), repeat(left))

    def _on_the_spot(
        self, waiting: Iterator[Candidate], files: Files, said: tuple[str, ...]
    ) -> Iterator[Outcome]:
        for candidate in waiting:
            if self.budget.left <= 0:
                return
            self.tried += 1
            outcome = self.trials.on_the_spot(candidate, files, said, self.budget.left)
            if outcome is None:
                continue
            step = self.trials.failed_step
            if (
                outcome.healthy
                and outcome.steps > step
                and not outcome.wild
                and not self.trials.works(outcome)
            ):
                self.step_alone = self.step_alone or outcome
            yield outcome

    def _moved(self, outcome: Outcome, finding: Finding, step: int) -> bool:
        """Whether the failure is another one, later or elsewhere, and nothing was changed before it."""
        report = outcome.report
        if report is None or not self.trials.alike(outcome) or not report.findings:
            return False
        now = report.findings[0]
        if now.file is None:
            return False
        at = report.failed_step or 0
        here = (now.file, now.line, now.op) == (finding.file, finding.line, finding.op)
        return at > step or (at == step and not here)
