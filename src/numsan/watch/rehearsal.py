"""The other side of a re-execution: the program runs up to the step in question, and the answer ends the process."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NoReturn

from numsan.core.trace import StepNorms
from numsan.diagnose.gather import case_of, outlier_in, report_of
from numsan.watch import rerun
from numsan.watch.births import LineWatch
from numsan.watch.capsule import signature
from numsan.watch.sentinel import WEIGHTS_EVERY
from numsan.watch.source import user_frames
from numsan.watch.tracing import Tracing
from numsan.watch.trips import LATE, Trip

if TYPE_CHECKING:
    from numsan.watch.session import Session


class Rehearsal:
    """`tracing` is on from the step asked for; `lines` from the first line of the program."""

    def __init__(self, session: Session, request: rerun.Request, answer: int) -> None:
        self.session, self.request, self.answer = session, request, answer
        self.tracing: Tracing | None = None
        self.lines: LineWatch | None = None

    def start(self) -> None:
        sentinel = self.session.sentinel
        sentinel.after_step.append(self.when_due)
        sentinel.on_norms = self.when_reached
        if self.request.mode == "births":
            self.lines = LineWatch(level=self.request.level).__enter__()
        self.when_due()

    def when_due(self) -> None:
        due = self.request.step == self.session.sentinel.step and self.tracing is None
        if due and self.request.mode in ("trace", "outliers"):
            self.tracing = Tracing([]).__enter__()

    def when_reached(self, norms: StepNorms) -> None:
        """The gradients of a step that did not fail are there."""
        mode = self.request.mode
        if mode == "trace" and norms.step > self.request.step + WEIGHTS_EVERY:
            self.reply({"report": None})
        if mode == "reached" and norms.step > self.request.step:  # its weights were looked at, too
            self.reply({"finite": True})
        if norms.step < self.request.step or mode in ("trace", "reached"):
            return
        self.reply_births()
        if self.tracing is not None:
            self.tracing.__exit__(None, None, None)
            self.reply(outlier_in(self.session, self.tracing, user_frames(inspect.currentframe())))

    def failed(self, trip: Trip, frames: list[Any]) -> None:
        from numsan.diagnose.analyse import analyse
        from numsan.report.json import to_dict

        if self.request.mode == "reached":
            signed = signature(self.session, trip)
            self.reply({"finite": False, "step": trip.step, "loss": repr(trip.loss), "signature": signed})
        self.reply_births()
        if self.tracing is not None:
            self.tracing.__exit__(None, None, None)
            if trip.tensor is not None:
                self.tracing.aim(self.tracing.recorder.value_of(trip.tensor))
        case = case_of(self.session, trip, self.tracing, frames, ())
        report = report_of(self.session, trip, analyse(case, self.session.again))
        self.reply({"report": to_dict(report), "loss": repr(self._loss_of(trip))})

    def _loss_of(self, trip: Trip) -> float | None:
        """That of the failing step: when a weight is found to be bad, the next one's is there already."""
        if trip.what in LATE:
            return {n.step: n.loss for n in self.session.sentinel.history}.get(trip.step)
        return trip.loss

    def ended(self, _status: int) -> None:
        """The program came to its end, beyond the step in question or not."""
        self.reply_births()
        passed = self.session.sentinel.step > self.request.step
        self.reply(
            {"report": None, "finite": True} if passed and self.request.mode in ("trace", "reached") else None
        )

    def reply_births(self) -> None:
        if self.lines is not None:
            self.lines.__exit__()
            self.reply(self.lines.dump())

    def reply(self, data: Any) -> NoReturn:
        rerun.reply(self.answer, data)
