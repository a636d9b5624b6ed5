"""The failing step once more, in place: state back, the rest of the program's own code, state as before.

Readings of what the loops did are tried in order; the one whose losses equal the recorded ones is kept.
"""

from __future__ import annotations

import contextlib
import struct
import types
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

from numsan.watch.rewind.attempt import Attempt, attempts, closure_attempt
from numsan.watch.rewind.runtime import StopReplay
from numsan.watch.rewind.tape import Tape

Setup = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a replay showed. `equal`: its losses have the recorded bits (None where none was recorded)."""

    way: str
    losses: tuple[float, ...]
    equal: bool | None
    detail: str


def replay(
    tape: Tape, setup: Setup, until: Literal["step", "backward"], frame: types.FrameType | None
) -> Replay | None:
    """The first attempt whose losses are right is run again inside `setup()`; None when no attempt is."""
    tape.failures = []
    tape.look()
    if tape.plan is None:
        tape.plan = _rehearse(tape, until, frame)
    if tape.plan is None:
        return None
    losses, _ = tape.plan.run(setup)
    if losses is None:
        return None
    return _told(tape.plan, losses)


def _rehearse(
    tape: Tape, until: Literal["step", "backward"], frame: types.FrameType | None
) -> Attempt | None:
    nearest: Attempt | None = None
    for attempt in _all(tape, until, frame):
        losses, failure = attempt.run(contextlib.nullcontext)
        if losses is None:
            tape.failures.append(f"{attempt.way}: {failure}")
            continue
        if _equal(losses, attempt.recorded) is not False:
            return attempt
        tape.failures.append(f"{attempt.way}: the replayed losses differ")
        nearest = nearest or attempt
    return nearest


def _all(tape: Tape, until: Literal["step", "backward"], frame: types.FrameType | None) -> Iterator[Attempt]:
    if tape.entry is not None:
        yield closure_attempt(tape)
    yield from attempts(tape, until, frame)


def _told(plan: Attempt, losses: list[float]) -> Replay:
    equal = _equal(losses, plan.recorded)
    word = {True: "bit for bit", False: "with other losses", None: "nothing to compare"}[equal]
    return Replay(
        way=plan.way, losses=tuple(losses), equal=equal,
        detail=f"{len(losses)} backward {'call' if len(losses) == 1 else 'calls'}, {word}",
    )  # fmt: skip


def _equal(a: list[float], b: list[float]) -> bool | None:
    if not b:
        return None
    return len(a) == len(b) and all(same_bits(x, y) for x, y in zip(a, b, strict=True))


def same_bits(x: float, y: float) -> bool:
    """Equal as bit patterns, except that one NaN is as good as another; 0.0 and -0.0 differ."""
    return (x != x and y != y) or struct.pack("d", x) == struct.pack("d", y)


__all__ = ["Replay", "StopReplay", "replay", "same_bits"]
