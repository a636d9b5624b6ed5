"""The step that failed, while it is still in place: run again with one factor changed."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import torch

from numsan.watch import hooks, ranks
from numsan.watch.factors import Setting, changed
from numsan.watch.factors.float64 import widened
from numsan.watch.rewind import Beyond, Tape, beyond
from numsan.watch.trips import LATE, Made, Trip, all_finite

_LARGEST = 1 << 25  # numbers: a whole data set is widened where rows of it are read


@dataclass(frozen=True, slots=True)
class Again:
    """How the step went this time."""

    finite: bool
    losses: tuple[float, ...]
    touched: int


@dataclass(slots=True)
class Captured:
    """`run` gives None where the step does not repeat in place, as it is or with the factor changed."""

    tape: Tape | None
    trip: Trip
    params: list[torch.Tensor] = field(default_factory=list[torch.Tensor])
    _repeats: bool | None = None

    @staticmethod
    def of(tape: Tape | None, trip: Trip, made: Made | None) -> Captured:
        late = trip.what in LATE
        return Captured(None if late else tape, trip, made.params if made is not None else [])

    @property
    def repeats(self) -> bool:
        """Whether it fails as it is, with the recorded losses."""
        if self._repeats is None:
            seen = self._once("none", 0.0) if self.tape is not None and self.tape.plan is not None else None
            self._repeats = seen is not None and not seen.finite
        return self._repeats

    @property
    def goes_on(self) -> bool:
        """Whether the steps after it can be run, too: a closure that is called again knows nothing of them,
        and other ranks would be waited for."""
        plan = self.tape.plan if self.repeats and self.tape is not None else None
        return plan is not None and plan.plan is not None and ranks.count() == 1

    def run(self, factor: str, value: float = 0.0, module: str = "") -> Again | None:
        return self._once(factor, value, module) if self.repeats else None

    def edited(self, texts: dict[str, str], most: int, seconds: float) -> Beyond | None:
        if not self.repeats or self.tape is None:
            return None
        with ranks.alone():
            return beyond(self.tape.plan, texts, most, time.monotonic() + seconds)

    def _once(self, factor: str, value: float, module: str = "") -> Again | None:
        assert self.tape is not None
        setting, seen = Setting(value=value, module=module), list[bool]()
        wide = self._given() if factor == "float64" else ()

        @contextlib.contextmanager
        def setup() -> Generator[None]:
            with ExitStack() as stack:
                stack.enter_context(widened(wide))
                stack.enter_context(changed(factor, setting))
                try:
                    yield
                finally:
                    seen.append(self._gradients_finite())

        until = "backward" if self.trip.what == "loss" else "step"
        with ranks.alone():
            replayed = self.tape.replay(setup, until)
        if replayed is None or not seen or (factor == "none" and replayed.equal is False):
            return None
        finite = seen[-1] and all(map(math.isfinite, replayed.losses))
        return Again(finite, replayed.losses, setting.touched)

    def _gradients_finite(self) -> bool:
        return self.trip.what == "loss" or all(all_finite(p.grad) for p in self.params if p.grad is not None)

    def _given(self) -> Iterator[torch.Tensor]:
        """What the step begins with: weights, batches, and tensors that have a name. Convolutions and recurrent layers
        refuse inputs of two formats before any operation runs."""
        assert self.tape is not None
        found: list[Any] = [g["params"] for o in self.tape.optimizers.values() for g in o.param_groups]
        for mark in self.tape.marks:
            found += [d.batch for d in mark.draws]
            found += [
                v for f in mark.frames for v in f.names.values() if isinstance(v, torch.Tensor | list | tuple)
            ]
        tensors = {id(t): t for t in hooks.tree_leaves(found) if isinstance(t, torch.Tensor)}
        yield from (t for t in tensors.values() if t.is_leaf and t.numel() <= _LARGEST)
