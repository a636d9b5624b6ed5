"""The other side of a run on rewritten files: it goes on to its end, its failure or its time, and says how it went."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from numsan.core.trace import StepNorms
from numsan.watch import rerun

if TYPE_CHECKING:
    from numsan.watch.session import Session

_BEFORE, _MOST = 256, 4096  # losses told: from so many steps before the step that failed once, and so many


class Trial:
    """`losses` are those of the steps around `request.step`."""

    def __init__(self, session: Session, request: rerun.Request, answer: int) -> None:
        self.session, self.request, self.answer = session, request, answer
        self.until = time.monotonic() + request.seconds
        self.losses: dict[int, float | None] = {}

    def start(self) -> None:
        self.session.sentinel.on_norms = self.note
        self.session.sentinel.after_step.append(self.when_over)

    def note(self, norms: StepNorms) -> None:
        if norms.step >= self.request.step - _BEFORE and len(self.losses) < _MOST:
            self.losses[norms.step] = norms.loss

    def when_over(self) -> None:
        if time.monotonic() > self.until:
            self.reply(None)

    def reply(self, status: int | None) -> None:
        """`status`: the program's own at its end, None while it was still running."""
        from numsan.report.json import to_dict

        report = self.session.report
        answer: dict[str, Any] = {
            "status": status, "steps": self.session.sentinel.step, "losses": list(self.losses.items()),
            "report": to_dict(report) if report is not None else None, "unwatched": self.session.unwatched,
        }  # fmt: skip
        rerun.reply(self.answer, answer)
