"""The other side of a run on rewritten files or with one factor changed: it goes on to its end, its failure or its time,
and says how it went."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from numsan.core.trace import StepNorms
from numsan.watch import rerun
from numsan.watch.trips import Trip

if TYPE_CHECKING:
    from numsan.watch.factors import Setting
    from numsan.watch.session import Session

_BEFORE, _MOST = 256, 4096  # losses told: from so many steps before the step that failed once, and so many


class Trial:
    """`losses` are those of the steps around `request.step`."""

    def __init__(self, session: Session, request: rerun.Request, answer: int) -> None:
        self.session, self.request, self.answer = session, request, answer
        self.until = time.monotonic() + request.seconds
        self.losses: dict[int, float | None] = {}
        self.setting: Setting | None = None
        self.error: str | None = None
        self.change_made: Any = None  # kept, for a context that is forgotten is left

    def start(self) -> None:
        self.session.sentinel.on_norms = self.note
        self.session.sentinel.after_step.append(self.when_over)
        if self.request.factor:
            self.change()

    def change(self) -> None:
        """A failure is only told, not looked into: that it came, and when, is the answer."""
        from numsan.watch.factors import Setting, changed

        session, request = self.session, self.request
        session.tape, session.sentinel.tape = None, None
        session.sentinel.on_trip, session.sentinel.weights_every = self.tripped, 1
        sys.excepthook = self.broke
        self.setting = Setting(
            value=request.value, module=request.module, since=request.since, samples=frozenset(request.samples),
            now=lambda: session.sentinel.step,
        )  # fmt: skip
        self.change_made = changed(request.factor, self.setting)
        self.change_made.__enter__()  # to the end of this process

    def note(self, norms: StepNorms) -> None:
        if norms.step >= self.request.step - _BEFORE and len(self.losses) < _MOST:
            self.losses[norms.step] = norms.loss

    def broke(self, kind: type[BaseException], error: BaseException, _: object) -> None:
        self.error = f"{kind.__name__}: {error}"

    def tripped(self, trip: Trip) -> None:
        self.reply(None, {"what": trip.what, "where": trip.where, "step": trip.step})

    def when_over(self) -> None:
        far = self.request.until is not None and self.session.sentinel.step > self.request.until
        if far or time.monotonic() > self.until:
            self.reply(None)

    def reply(self, status: int | None, failed: dict[str, Any] | None = None) -> None:
        """`status`: the program's own at its end, None while it was still running."""
        from numsan.report.json import to_dict

        report = self.session.report
        answer: dict[str, Any] = {
            "status": status, "steps": self.session.sentinel.step, "losses": list(self.losses.items()),
            "report": to_dict(report) if report is not None else None, "unwatched": self.session.unwatched,
            "failed": failed, "error": self.error, "touched": self.setting.touched if self.setting else 0,
        }  # fmt: skip
        rerun.reply(self.answer, answer)
