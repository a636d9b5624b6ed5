"""One edit run on the program: in a copy from its start, or in place on the failing step and those after it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numsan.core import restore
from numsan.core.finding import Report
from numsan.repair.candidates import Candidate

BEYOND = 100  # steps without a failure that count like the end of the program
_ENOUGH_IN_PLACE = 20
_ALIKE = 1e-2  # relative difference of a loss before the failing step that rounding and a guard explain
_WILD = 100.0  # times the largest loss before
_CHANGES_TRAINING = ("explosion", "loss-scale")  # the steps before must differ, too

Ask = Callable[[dict[str, str], float], Any]
"""Runs the program with these files rewritten, for so many seconds; see `numsan.watch.trial`."""
Spot = Callable[[dict[str, str], int, float], Any]
"""The failing step with these files rewritten and so many steps after it, in place; see `numsan.watch.rewind.beyond`."""
Files = dict[str, str]
_NO_ANSWER: dict[str, Any] = {"status": 1, "steps": 0, "losses": (), "report": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a program under repair. `unlike` is None where nothing can be compared."""

    files: Files
    summary: tuple[str, ...]
    report: Report | None
    ended: bool
    steps: int
    unlike: float | None
    wild: bool
    crashed: bool
    in_place: bool = False

    @property
    def healthy(self) -> bool:
        return not self.crashed and (self.report is None or self.report.status == "healthy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """`losses` are those that the failing run had; `spot` is None where its step does not repeat in place."""

    report: Report
    ask: Ask
    spot: Spot | None
    losses: dict[int, float | None]

    @property
    def failed_step(self) -> int:
        return self.report.failed_step or 0

    def copied(self, candidate: Candidate, files: Files, said: tuple[str, ...], seconds: float) -> Outcome:
        changed = {**files, candidate.file: candidate.text}
        answer: dict[str, Any] = self.ask(changed, seconds) or _NO_ANSWER
        losses: dict[int, float | None] = dict(answer["losses"])
        report = restore.report(answer["report"]) if answer["report"] else None
        return Outcome(
            files=changed, summary=(*said, candidate.summary), report=report, ended=answer["status"] is not None,
            steps=answer["steps"], unlike=self._unlike(losses), wild=self._wild(losses),
            crashed=(answer["status"] not in (None, 0) and report is None) or bool(answer.get("unwatched")),
        )  # fmt: skip

    def on_the_spot(
        self, candidate: Candidate, files: Files, said: tuple[str, ...], seconds: float
    ) -> Outcome | None:
        """None where the edit cannot be applied to the running program."""
        changed = {**files, candidate.file: candidate.text}
        went = self.spot(changed, BEYOND, seconds) if self.spot is not None else None
        if went is None:
            return None
        losses: dict[int, float | None] = {self.failed_step + n: x for n, x in enumerate(went.losses)}
        return Outcome(
            files=changed, summary=(*said, candidate.summary), report=None, ended=went.ended, unlike=None,
            steps=self.failed_step + went.steps, wild=self._wild(losses), crashed=went.failed, in_place=True,
        )  # fmt: skip

    def works(self, outcome: Outcome) -> bool:
        beyond, enough = outcome.steps - self.failed_step, _ENOUGH_IN_PLACE if outcome.in_place else BEYOND
        return outcome.healthy and beyond > 0 and (outcome.ended or beyond >= enough)

    def alike(self, outcome: Outcome) -> bool:
        """Whether it trains as before until the failure, and not wildly after it."""
        free = self.report.findings[0].kind in _CHANGES_TRAINING
        return not outcome.wild and (free or outcome.unlike is None or outcome.unlike <= _ALIKE)

    def said(self, best: Outcome) -> str:
        beyond = best.steps - self.failed_step - 1
        if best.in_place:
            end = " to the end" if best.ended else ""
            after = f"and the {beyond} steps after it{end} are finite" if beyond else "is finite"
            return f"in place, with the edit the step that failed {after}"
        how = "to its end" if best.ended else f"for {best.steps} steps"
        if best.unlike is None:
            like = ""
        elif best.unlike == 0:
            like = "; before it, every loss is the same bit for bit"
        else:
            like = f"; before it, losses differ by at most {best.unlike:.2g} of their size"
        return f"with the edit the program runs {how}, {beyond} steps beyond the one that failed{like}"

    def _unlike(self, losses: dict[int, float | None]) -> float | None:
        pairs = [(a, b) for s, a in self._before() if (b := losses.get(s)) is not None]
        return max((abs(a - b) / max(abs(a), abs(b), 1e-30) for a, b in pairs), default=None)

    def _wild(self, losses: dict[int, float | None]) -> bool:
        usual = max((abs(a) for _, a in self._before()), default=None)
        after = [abs(x) for s, x in losses.items() if x is not None and s >= self.failed_step]
        return usual is not None and max(after, default=0.0) > _WILD * max(usual, 1e-3)

    def _before(self) -> list[tuple[int, float]]:
        known = self.losses.items()
        return [(s, x) for s, x in known if x is not None and s < self.failed_step and math.isfinite(x)]
