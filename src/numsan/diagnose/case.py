"""What is known of one failure: the trip, what the replay recorded, what the sentinel remembered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from numsan.core.finding import Proof
from numsan.core.trace import Site, StepNorms
from numsan.watch.recorder import Event, Recorder, Value
from numsan.watch.trips import Trip


@dataclass(slots=True)
class Case:
    trip: Trip
    recorder: Recorder | None
    target: Value | None
    history: list[StepNorms]
    losses: list[Value] = field(default_factory=list[Value])  # handed to backward in the replay
    made: Site | None = None  # where the optimizer was constructed
    stepped: Site | None = None  # where it was stepped
    stale_gradients: int = 0
    direct_step: bool = False  # a GradScaler is in use but the step did not come through it
    frames: list[Any] = field(default_factory=list[Any])  # the user's frames at the trip, innermost first
    batches: list[tuple[list[int], frozenset[int]]] = field(default_factory=list[Any])
    """Data set indices and storages of the batches that loaders handed out, newest first."""
    dataset: Any = None
    collate: Any = None
    buffers: frozenset[str] = frozenset()  # names of module buffers
    proof: tuple[Proof, ...] = ()
    stepped_first: Site | None = None  # the user's line that calls `optimizer.step()`
    rate_site: Site | None = None  # where the current learning rate comes from
    applied: dict[type, tuple[Any, ...]] = field(default_factory=dict[type, tuple[Any, ...]])

    @property
    def events(self) -> list[Event]:
        return self.recorder.events if self.recorder is not None else []
