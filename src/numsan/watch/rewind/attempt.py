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

from numsan.watch.rewind.build import Cells, callable_rest, cells_of, first_parameter, prepare
from numsan.watch.rewind.draws import feed
from numsan.watch.rewind.frames import Snap
from numsan.watch.rewind.generators import Clones
from numsan.watch.rewind.items import course
from numsan.watch.rewind.observe import Observer
from numsan.watch.rewind.present import Present
from numsan.watch.rewind.quiet import quiet
from numsan.watch.rewind.resume import NoWay
from numsan.watch.rewind.runtime import Runtime, StopReplay
from numsan.watch.rewind.state import content, set_cell
from numsan.watch.rewind.tape import Mark, Tape

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

    def run(self, setup: Callable[[], AbstractContextManager[Any]]) -> tuple[list[float] | None, str]:
        """The losses of the replay, or None and the reason; the program's state is as before in any case."""
        present, observer = Present(self.tape), self.observer()
        self.tape.replaying = True
        try:
            with quiet(), observer, _modes(self.default_modes):
                self.prepare()
                with setup():
                    self.work(lambda: bool(observer.stopped))
            return (observer.losses, "") if observer.stopped else (None, "the program went past the step")
        except StopReplay:
            return (observer.losses, "") if observer.stopped == "arrived" else (None, "it went another way")
        except (Exception, SystemExit) as error:
            return None, f"{type(error).__name__}: {error}"
        finally:
            present.restore()
            self.tape.replaying = False


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
                plan = _Plan(tape, mark, later, frame, reading)
            except NoWay as reason:
                tape.failures.append(str(reason))
                break
            choices = plan.choices
            way = "in place: resumed" + (f", reading {reading + 1}" if reading else "")
            recorded = [s.loss for s in seen]
            observer = partial(Observer, len(recorded), back + 1, until)
            yield Attempt(tape, way, recorded, observer, plan.prepare, plan.work, plan.default_modes)
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


class _Plan:
    """The frames to resume, innermost first, with their generated code and recorded items."""

    def __init__(
        self, tape: Tape, mark: Mark, later: list[Mark], frame: types.FrameType | None, reading: int
    ) -> None:
        self.tape, self.mark, self.undo = tape, mark, [u for m in reversed([mark, *later]) for u in m.undo]
        failing = tape.stack.standing(frame, mark.frames)
        home = failing[-1].token if failing else None
        depth = next((i for i, s in enumerate(mark.frames) if s.token is home), None)
        if depth is None:
            raise NoWay("no activation lived from the mark to the failure")
        self.chain = mark.frames[: depth + 1]
        self.draws = [d for m in (mark, *later) for d in m.draws]
        self.clones = Clones(mark.saved.generators)
        self.choices = 1
        self.parts: list[tuple[Snap, Any, dict[int, list[Any]]] | None] = []
        entered = False
        observed = [s.frames for m in (mark, *later) for s in m.seen] + [failing]
        for snap in self.chain:
            last = snap is self.chain[-1]
            try:
                tree, classes, rest = prepare(snap)
            except NoWay:
                if last:
                    raise
                self.parts.append(None)
                continue
            mine = [s for frames in observed for s in frames if s.token is snap.token]
            told = course(tree, snap, mine, reading if last else 0)
            self.clones.feed(rest, told.items, snap.names)
            feed(rest.loops, told.items, self.draws, tape.state.streams)
            self.choices = told.choices if last else 1
            entered = entered or rest.entered
            self.parts.append((snap, (classes, rest), told.items))
        self.default_modes = entered

    def prepare(self) -> None:
        self.tape.state.restore(self.mark.saved)
        self.tape.served = list(self.draws)
        self.clones.renew()
        for space, copy in self.mark.saved.spaces:
            space.update({n: v for n, v in self.clones.swapped(copy).items() if v is not copy[n]})
        with torch.no_grad():
            for parameter, before in self.undo:
                parameter.data.copy_(before)
        for parameter, grad in self.mark.grads:
            parameter.grad = grad.clone()

    def work(self, ended: Callable[[], bool]) -> None:
        """Runs frame after frame outwards, each with the value of the one inside it."""
        names = [self.clones.swapped(snap.names) for snap in self.chain]
        with shared_cells(self.chain, names) as cells:
            value = self.mark.result
            for snap, own in zip(self.chain, names, strict=True):
                if not snap.code.co_flags & 0x1:
                    snap.space.update(own)
            for part, own in zip(self.parts, cells, strict=True):
                if part is None:
                    value = None
                    continue
                snap, (classes, rest), items = part
                value = callable_rest(snap, classes, rest, own, Runtime(value, items, ended))()
                if snap.code.co_name == "__init__":  # the call that made an object gives the object
                    value = snap.names.get(first_parameter(snap.code) or "")


@contextlib.contextmanager
def shared_cells(chain: list[Snap], names: list[dict[str, Any]]) -> Generator[list[Cells]]:
    """Cells of every frame with their values at the mark; the inner frame's word counts for shared ones."""
    all_cells = [cells_of(snap) if snap.code.co_flags & 0x1 else Cells() for snap in chain]
    before: dict[int, tuple[types.CellType, Any]] = {}
    for values, cells in zip(names, all_cells, strict=True):
        for name, cell in cells.items():
            if id(cell) not in before and name != "__class__":
                before[id(cell)] = (cell, content(cell))
                if name in values:
                    cell.cell_contents = values[name]
    try:
        yield all_cells
    finally:
        for cell, old in before.values():
            set_cell(cell, old)


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
