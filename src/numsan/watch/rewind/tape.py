"""The recording side: cheap marks at every step and backward call, enough to run the next step again."""

from __future__ import annotations

import inspect
import types
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal

import torch

from numsan.watch.rewind.draws import Drawn, serve
from numsan.watch.rewind.frames import Snap, Stack
from numsan.watch.rewind.reach import is_library, user_modules
from numsan.watch.rewind.state import Saved, State
from numsan.watch.rewind.streams import same_states

_MOST_SEEN, _MARKS, _EARLY, _LOOK = 512, 4, 3, 512
_FIRST = frozenset({0, 1, 2})  # steps after which the program's objects are there: walk whatever it costs
Undo = list[tuple[torch.Tensor, torch.Tensor]]


@dataclass(slots=True, eq=False)
class Seen:
    """The names of the running frames at one backward call, and its loss."""

    frames: list[Snap]
    loss: float


@dataclass(slots=True, eq=False)
class Mark:
    """A moment to resume from: the stack, the state, and what was seen since."""

    frames: list[Snap]
    saved: Saved
    result: Any
    gradient: tuple[torch.Tensor, int] | None  # a parameter and the version its gradient had
    seen: list[Seen]
    undo: Undo  # weights before the step that ended at the next mark
    grads: Undo  # of a program that does not zero them
    draws: list[Drawn]  # batches that loaders handed out since


@dataclass(slots=True)
class Entry:
    """State at the entry of a closure or of a framework's training step."""

    function: Callable[[], Any]
    saved: Saved
    losses: list[float] = field(default_factory=list[float])


class Tape:
    """Marks of one run. Every `mark_*` is for the hot path and does nothing while a replay runs.

    `hidden` are file name prefixes of frames that stand between the program and us.
    """

    def __init__(self, hidden: tuple[str, ...] = ()) -> None:
        self.state, self.stack = State(), Stack(hidden)
        self.marks: list[Mark] = []
        self.entry: Entry | None = None
        self.optimizers: weakref.WeakValueDictionary[int, torch.optim.Optimizer] = (
            weakref.WeakValueDictionary()
        )
        self.replaying = False
        self.plan: Any = None  # the attempt that was found to give the recorded losses
        self.failures: list[str] = []  # why others did not
        self.steps = 0
        self._paired = False  # two optimizers step after one backward: weights need an undo copy
        self._micro = False  # several backward calls to a step: each one's names are kept
        self.served: list[Drawn] = []  # batches that a replay still has to hand out
        self._drawing: dict[
            int, int
        ] = {}  # draws of a loader's data set; negative once it moved random states
        self._known: object = None

    def mark_constructed(self, optimizer: torch.optim.Optimizer) -> None:
        """An optimizer came into being: the place to resume from when the first step fails."""
        if not self.replaying:
            self._mark(inspect.currentframe(), optimizer, optimizer)

    def before_step(self, optimizer: torch.optim.Optimizer) -> None:
        """A step is about to be made; keeps the weights where a replay may have to go back behind it."""
        if self.replaying or len(self.optimizers) < 2 or not self.marks:
            return
        if self._paired or self.steps < _EARLY:
            self.marks[-1].undo = [(p, p.detach().clone()) for p in parameters(optimizer)]

    def mark_step(self, optimizer: torch.optim.Optimizer) -> None:
        """A step was made (or skipped by a GradScaler)."""
        if self.replaying:
            return
        result, self.entry = (self.entry.losses[-1] if self.entry and self.entry.losses else None), None
        self._paired = self._paired or (self.steps > 0 and bool(self.marks) and not self.marks[-1].seen)
        self.steps += 1
        self._mark(inspect.currentframe(), optimizer, result)

    def mark_backward(self, loss: float | torch.Tensor) -> None:
        """A backward call is about to run. A tensor is read here: hand over the number where it is known."""
        if self.replaying:
            return
        if isinstance(loss, torch.Tensor):
            loss = number(loss)
        if self.entry is not None:
            self.entry.losses.append(loss)
        if self.marks and len(self.marks[-1].seen) < _MOST_SEEN:
            del self.marks[:-1]
            mark = self.marks[0]
            if mark.gradient is not None and not mark.seen:
                mark.grads = left_over(mark.gradient, next(iter(self.optimizers.values())))
            self._micro = self._micro or bool(mark.seen)
            wanted = self._micro or self.steps < _EARLY
            frames = self.stack.standing(inspect.currentframe(), mark.frames) if wanted else []
            mark.seen.append(Seen(frames, loss))

    def mark_closure(self, closure: Callable[[], Any]) -> None:
        """A closure (or a framework's training step) is about to be called."""
        if not self.replaying:
            self.entry = Entry(closure, self.state.save())

    def draw(self, iterator: Any, following: Callable[[Any], Any]) -> Any:
        """Stands for `__next__` of a loader's iterator; `following` is the original."""
        if self.replaying:
            mine = next((d for d in self.served if d.iterator is iterator), None)
            if mine is None:
                return following(iterator)
            self.served.remove(mine)
            return serve(mine, self.state.streams)
        key = id(getattr(iterator, "_dataset", None))
        count = self._drawing.get(key, 0)
        before = self.state.streams.capture() if 0 <= count < _EARLY else None
        batch = following(iterator)
        states = None
        if before is not None or count < 0:
            states = self.state.streams.capture()
            if before is not None:
                moved = not same_states(before, states)
                self._drawing[key] = -1 if moved else count + 1
                states = states if moved else None
        if self.marks:
            self.marks[-1].draws.append(Drawn(iterator, batch, states))
        return batch

    def replay(
        self, setup: Callable[[], AbstractContextManager[Any]], until: Literal["step", "backward"] = "step"
    ) -> Any:
        """Runs the step that is about to fail again; see `replay.replay`."""
        from numsan.watch.rewind.replay import replay

        return replay(self, setup, until, inspect.currentframe())

    def _mark(self, frame: types.FrameType | None, optimizer: torch.optim.Optimizer, result: Any) -> None:
        self.optimizers.setdefault(id(optimizer), optimizer)
        frames = self.stack.here(frame)
        often = self.steps & (self.steps - 1) == 0 or self.steps % _LOOK == 0
        if self.steps in _FIRST or ((often or self.stack.common is not self._known) and self.state.due()):
            self._look(frames)
        if len(self.marks) == _MARKS:
            del self.marks[0]
        first = optimizer.param_groups[0]["params"][0] if len(self.optimizers) == 1 else None
        gradient = None if first is None or first.grad is None else (first, first.grad._version)
        self.marks.append(Mark(frames, self.state.save(), result, gradient, [], [], [], []))

    def forget(self) -> None:
        """Drops all marks: the next steps will not be marked, and an old mark must not be resumed from."""
        self.marks, self.entry = [], None

    def look(self) -> None:
        """Finds everything that a replay may change, so that it can be put back."""
        if self.marks:
            self._look(self.marks[-1].frames)

    def _look(self, frames: list[Snap]) -> None:
        """A new activation, or a time since the last walk: see again what can change."""
        self._known = self.stack.common
        self.state.look(self._roots(frames), user_modules())

    def _roots(self, frames: list[Snap]) -> Iterator[object]:
        yield from self.optimizers.values()
        for frame in frames:
            if not is_library(str(frame.space.get("__name__", ""))):
                yield from frame.names.values()


def number(loss: torch.Tensor) -> float:
    """The value of a loss; every format narrower than double fits into it without a change of bits."""
    value = loss.item()
    return value.real if isinstance(value, complex) else float(value)


def parameters(optimizer: torch.optim.Optimizer) -> Iterator[torch.Tensor]:
    for group in optimizer.param_groups:
        yield from group["params"]


def left_over(known: tuple[torch.Tensor, int], optimizer: torch.optim.Optimizer) -> Undo:
    """Gradients at the first backward call after a step, if nobody zeroed them."""
    parameter, version = known
    if parameter.grad is None or parameter.grad._version != version:
        return []
    return [(p, p.grad.detach().clone()) for p in parameters(optimizer) if p.grad is not None]
