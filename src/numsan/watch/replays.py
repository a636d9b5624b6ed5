"""The failing step in place, three times: once to find the way, once traced, once more to be sure."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from numsan.core.finding import Proof
from numsan.watch.rewind import Tape
from numsan.watch.tracing import Tracing
from numsan.watch.trips import Made, Trip


@dataclass(frozen=True, slots=True)
class Replayed:
    """A traced replay and what it proves."""

    tracing: Tracing
    proof: Proof
    faithful: bool  # the replayed losses have the recorded bits


def replay_in_place(tape: Tape | None, trip: Trip, made: Made | None) -> Replayed | None:
    """None where the step cannot be made to repeat."""
    if tape is None:
        return None
    until = "backward" if trip.what == "loss" else "step"
    params = made.params if made is not None else []
    tracing = Tracing(params)
    first = tape.replay(lambda: tracing, until)
    if first is None:
        return None
    second = tape.replay(contextlib.nullcontext, until)
    equal = first.equal is not False and second is not None and second.equal is not False
    said = "bit for bit" if equal and first.equal else "the replayed loss differs from the recorded one"
    outcome = "finite" if tracing.finite else "nonfinite"
    proof = Proof(experiment="replay", outcome=outcome, detail=f"3 of 3, {said} ({first.way})")
    return Replayed(tracing, proof, faithful=equal)
