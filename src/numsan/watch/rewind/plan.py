"""The frames that a replay resumes, innermost first, with their generated code and the items that their loops draw."""

from __future__ import annotations

import contextlib
import itertools
import types
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import torch

from numsan.watch.rewind.build import Cells, callable_rest, cells_of, first_parameter, prepare
from numsan.watch.rewind.draws import feed
from numsan.watch.rewind.edited import Edited
from numsan.watch.rewind.following import more
from numsan.watch.rewind.frames import Snap
from numsan.watch.rewind.generators import Clones
from numsan.watch.rewind.items import course
from numsan.watch.rewind.resume import NoWay, Rest
from numsan.watch.rewind.runtime import Runtime
from numsan.watch.rewind.state import content, set_cell
from numsan.watch.rewind.tape import Mark, Tape

Part = tuple[Snap, tuple[str, ...], Rest, dict[int, list[Any]]]
"""A frame to resume: its classes, what is left of it, the items that its loops draw."""


class Plan:
    """`parts` are the frames from the mark to the activation that lived until the failure; None: cannot be resumed."""

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
        self.parts: list[Part | None] = []
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
            self.parts.append((snap, classes, rest, told.items))
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
        self.resume(self.chain, self.parts, ended)

    @property
    def whole(self) -> list[Snap]:
        """All frames of the program; outside its module there may be a launcher's."""
        frames = self.mark.frames
        ends = (n for n, snap in enumerate(frames, 1) if snap.code.co_name == "<module>")
        return frames[: max(next(ends, len(frames)), len(self.chain))]

    def edited(self, edited: Edited) -> list[Part | None]:
        """The same frames with the rest that the new text gives them, and those around them up to the program's own."""
        parts: list[Part | None] = []
        for snap, old in itertools.zip_longest(self.whole, self.parts):
            try:
                classes, rest = edited.rest(snap)
            except NoWay:
                if old is not None:
                    raise
                parts.append(None)
                continue
            parts.append((snap, classes, rest, old[3] if old is not None else {}))
        return parts

    def resume(
        self, chain: list[Snap], parts: list[Part | None], ended: Callable[[], bool], onward: bool = False
    ) -> None:
        """Runs frame after frame outwards, each with the value of the one inside it."""
        names = [self.clones.swapped(snap.names) for snap in chain]
        with shared_cells(chain, names) as cells:
            value = self.mark.result
            for snap, own in zip(chain, names, strict=True):
                if not snap.code.co_flags & 0x1:
                    snap.space.update(own)
            for part, own in zip(parts, cells, strict=True):
                if part is None:
                    value = None
                    continue
                snap, classes, rest, items = part
                follow = partial(more, snap, rest, items) if onward else None
                value = callable_rest(snap, classes, rest, own, Runtime(value, items, ended, follow))()
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
