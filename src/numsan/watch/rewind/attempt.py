"""One way to run the failing step again."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import torch

from numsan.watch.rewind.observe import Observer, Watching
from numsan.watch.rewind.plan import Plan
from numsan.watch.rewind.present import Present
from numsan.watch.rewind.quiet import quiet
from numsan.watch.rewind.resume import NoWay
from numsan.watch.rewind.runtime import StopReplay
from numsan.watch.rewind.tape import Tape

Setup = Callable[[], AbstractContextManager[Any]]
Work = Callable[[Callable[[], bool]], None]


@dataclass(slots=True)
class Attempt:
    """`prepare` brings the state back, `work` runs the program's code until it stops at the failing point."""

    tape: Tape
    way: str
    recorded: list[float]
    observer: Callable[[], Observer]
    prepare: Callable[[], None]
    work: Work
    default_modes: bool
    plan: Plan | None = None

    def run(self, setup: Setup) -> tuple[list[float] | None, str]:
        """The losses of the replay, or None and the reason."""
        observer = self.observer()
        match self.go(observer, setup, self.work):
            case None:
                return (observer.losses, "") if observer.stopped else (None, "the program went past the step")
            case StopReplay():
                return (
                    (observer.losses, "") if observer.stopped == "arrived" else (None, "it went another way")
                )
            case error:
                return None, f"{type(error).__name__}: {error}"

    def go(self, observer: Watching, setup: Setup, work: Work) -> BaseException | None:
        """What `work` ended with; the program's state is as before in any case."""
        present = Present(self.tape)
        self.tape.replaying = True
        try:
            with quiet(), observer, _modes(self.default_modes):
                self.prepare()
                with setup():
                    work(lambda: bool(observer.stopped))
        except (Exception, SystemExit, StopReplay) as error:
            return error
        finally:
            present.restore()
            self.tape.replaying = False
        return None


def attempts(
    tape: Tape, until: Literal["step", "backward"], frame: types.FrameType | None
) -> Iterator[Attempt]:
    """From the newest mark on which a backward call followed, each reading of its loops."""
    for back, mark in enumerate(reversed(tape.marks)):
        later = tape.marks[len(tape.marks) - back :]
        seen = [s for m in (mark, *later) for s in m.seen]
        if not seen:
            continue
        reading, choices = 0, 1
        while reading < choices:
            try:
                plan = Plan(tape, mark, later, frame, reading)
            except NoWay as reason:
                tape.failures.append(str(reason))
                break
            choices = plan.choices
            way = "in place: resumed" + (f", reading {reading + 1}" if reading else "")
            recorded = [s.loss for s in seen]
            observer = partial(Observer, len(recorded), back + 1, until)
            yield Attempt(tape, way, recorded, observer, plan.prepare, plan.work, plan.default_modes, plan)
            reading += 1


def closure_attempt(tape: Tape) -> Attempt:
    """The closure that was handed to `step` can simply be called again."""
    entry = tape.entry
    assert entry is not None

    def work(_: Callable[[], bool]) -> None:
        entry.function()
        raise StopReplay

    recorded = list(entry.losses)
    return Attempt(
        tape, "in place: closure called again", recorded, lambda: Observer(len(recorded), 0, "closure"),
        lambda: tape.state.restore(entry.saved), work, False,
    )  # fmt: skip


@contextlib.contextmanager
def _modes(default: bool) -> Generator[None]:
    """Gradients on, autocast off where the replay enters the blocks around the mark; else as they are."""
    torch.clear_autocast_cache()
    with contextlib.ExitStack() as stack:
        if default:
            stack.enter_context(torch.enable_grad())
            for device in ("cpu", "cuda"):
                if torch.is_autocast_enabled(device):
                    stack.enter_context(torch.autocast(device, enabled=False))
        yield
    torch.clear_autocast_cache()
