"""The last resort: a step that can be repeated neither in place nor by re-execution. Its update is skipped, and every
following step is traced while it runs, until it happens again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numsan.watch.tracing import Tracing

if TYPE_CHECKING:
    from numsan.watch.session import Session
    from numsan.watch.trips import Trip

_STEPS = 200


class Waiting:
    """`tracing` is that of the step that runs now."""

    def __init__(self, session: Session, trip: Trip) -> None:
        self.session, self.first = session, trip
        self.tracing: Tracing | None = None
        self.steps = 0
        self.skip(trip)
        session.sentinel.after_step.append(self.next_step)
        session.sentinel.arm()

    def skip(self, trip: Trip) -> None:
        """Without gradients every torch optimizer leaves weights and state as they are."""
        optimizers = (
            [trip.optimizer] if trip.optimizer is not None else list(self.session.sentinel.optimizers)
        )
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                for p in group["params"]:
                    p.grad = None

    def next_step(self) -> None:
        self.close()
        self.steps += 1
        if self.steps <= _STEPS:
            made = self.session.made(self.first)
            self.tracing = Tracing(made.params if made is not None else []).__enter__()

    def close(self) -> None:
        if self.tracing is not None:
            self.tracing.__exit__(None, None, None)
            self.tracing = None

    def caught(self, trip: Trip) -> Tracing | None:
        """The trace of a step that failed again, or None for the rest of the step that failed first."""
        if self.tracing is None:
            self.skip(trip)
            return None
        tracing, self.tracing = self.tracing, None
        tracing.__exit__(None, None, None)
        if trip.tensor is not None:
            tracing.aim(tracing.recorder.value_of(trip.tensor))
        return tracing
