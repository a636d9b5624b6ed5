"""Everything that experiments may do with a failed run, in one value: the step in place, and copies of the program."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from numsan.watch.captured import Captured
from numsan.watch.rewind import Beyond
from numsan.watch.source import user_files
from numsan.watch.trips import Trip

if TYPE_CHECKING:
    from numsan.core.trace import StepNorms
    from numsan.watch.session import Session

_LONGEST = 1 << 20  # characters of a source file that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Laboratory:
    """`took`: seconds from the program's start to its failure; `text`: of the user's files, to see what they use."""

    folder: str
    history: list[StepNorms]
    step: int
    loss: float | None  # of the failing step
    took: float
    threads: int
    scaled: bool
    compiled: bool
    loaded: bool
    text: str
    captured: Captured
    session: Session

    def changed(self, factor: str, seconds: float, **how: Any) -> dict[str, Any] | None:
        return self.session.again.changed(factor, seconds, **how)

    @property
    def in_place(self) -> bool:
        """Whether an edited program can go on from the failing step, without a run from its start."""
        return self.captured.goes_on

    def rewritten(self, files: dict[str, str], seconds: float) -> dict[str, Any] | None:
        return self.session.again.rewritten(files, seconds)

    def edited(self, files: dict[str, str], most: int, seconds: float) -> Beyond | None:
        """The failing step and at most `most` after it, in place, with these files (full paths) rewritten."""
        return self.captured.edited(files, most, seconds)


def laboratory(session: Session, trip: Trip) -> Laboratory:
    report = session.report
    failed = report.failed_step if report is not None else None
    return Laboratory(
        step=trip.step if failed is None else failed, loss=trip.loss if failed == trip.step else None,
        folder=session.again.folder, history=session.sentinel.history,
        took=session.again.took, threads=torch.get_num_threads(),
        scaled=session.sentinel.scaling.active, compiled=_compiled(),
        loaded=bool(session.batches.recent), text=_text(),
        captured=Captured.of(session.tape, trip, session.made(trip)), session=session,
    )  # fmt: skip


def _compiled() -> bool:
    """Whether torch has compiled anything: it counts the functions it took in."""
    counters: Any = getattr(sys.modules.get("torch._dynamo.utils"), "counters", {})
    return bool(counters.get("frames"))


def _text() -> str:
    return "\n".join(map(_read, user_files()))


def _read(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:
            return stream.read(_LONGEST)
    except OSError:
        return ""
