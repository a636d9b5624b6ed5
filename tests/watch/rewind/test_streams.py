"""Random states read from raw memory are the public ones, and go back."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from numsan.watch.rewind.streams import Streams, same_states

KINDS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "torch": (lambda: torch.Generator().manual_seed(3), lambda g: torch.rand(3, generator=g).tolist()),
    "random": (lambda: random.Random(3), lambda r: (r.random(), r.gauss(0, 1))),
    "RandomState": (lambda: np.random.RandomState(3), lambda r: (r.randn(), r.rand())),
    "PCG64": (lambda: np.random.default_rng(3), lambda r: (r.normal(), r.integers(9))),
    "Philox": (lambda: np.random.Generator(np.random.Philox(3)), lambda r: r.normal()),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("before", [0, 1, 2, 700])
def test_goes_back(kind: str, before: int) -> None:
    make, draw = KINDS[kind]
    stream, streams = make(), Streams()
    streams.add(stream)
    for _ in range(before):
        draw(stream)
    state = streams.capture()
    first = [draw(stream) for _ in range(5)]
    assert not same_states(state, streams.capture())
    streams.restore(state)
    assert same_states(state, streams.capture())
    assert [draw(stream) for _ in range(5)] == first


def test_the_default_streams_are_known() -> None:
    def draw() -> tuple[float, ...]:
        return torch.rand(()).item(), random.random(), random.gauss(0, 1), np.random.rand(), np.random.randn()

    streams = Streams()
    state = streams.capture()
    first = draw()
    streams.restore(state)
    assert draw() == first


def test_an_unknown_object_is_no_stream() -> None:
    streams = Streams()
    count = len(streams.capture())
    streams.add(object())
    streams.add(random.SystemRandom())
    assert len(streams.capture()) == count


@pytest.mark.parametrize("kind", ["random", "RandomState"])
def test_a_stream_that_is_seeded_again_before_anything_is_drawn(kind: str) -> None:
    make, draw = KINDS[kind]
    stream, streams = make(), Streams()
    streams.add(stream)
    streams.capture()
    stream.seed(1234)
    state = streams.capture()
    first = draw(stream)
    streams.restore(state)
    assert draw(stream) == first
