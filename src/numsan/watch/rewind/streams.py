"""Random states: every stream the program can draw from, captured cheaply, put back officially.

Reading goes to raw memory where the public call is slow (`random.getstate` 9 us, `numpy.random.get_state`
31 us, raw 0.5 us), but only after the raw bytes were once compared with the public answer. Writing uses the
public setters.
"""

from __future__ import annotations

import ctypes
import random
import struct
import sys
from collections.abc import Callable
from typing import Any

import torch

_WORDS = 624
Reader = Callable[[], Any]
Writer = Callable[[Any], object]


class Streams:
    """The known streams; `capture` is for the hot path, `restore` for a replay."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, Reader, Writer]] = {}
        self.add(torch.default_generator)
        self.add(random.random.__self__)  # the generator behind the module's functions
        self._numpy()

    def _numpy(self) -> None:
        numpy = sys.modules.get("numpy")
        if numpy is not None and hasattr(numpy, "random"):
            self.add(numpy.random.mtrand._rand)

    def add(self, stream: object) -> None:
        """Takes one more generator: torch, numpy (old and new) or `random.Random`."""
        if id(stream) in self._known:
            return
        access = _access(stream)
        if access is not None:
            self._known[id(stream)] = (stream, *access)

    def capture(self) -> list[tuple[int, Any]]:
        states = [(key, read()) for key, (_, read, _) in self._known.items()]
        if torch.cuda.is_initialized():
            states.append((0, torch.cuda.get_rng_state_all()))
        return states

    def restore(self, states: list[tuple[int, Any]]) -> None:
        for key, state in states:
            if key == 0:
                torch.cuda.set_rng_state_all(state)
            elif key in self._known:
                self._known[key][2](state)


def same_states(a: list[tuple[int, Any]], b: list[tuple[int, Any]]) -> bool:
    """Whether no stream moved from one capture to the other."""
    return len(a) == len(b) and all(i == j and _same(x, y) for (i, x), (j, y) in zip(a, b, strict=True))


def _same(x: Any, y: Any) -> bool:
    if isinstance(x, torch.Tensor):
        return torch.equal(x, y)
    return repr(x) == repr(y)


def _access(stream: Any) -> tuple[Reader, Writer] | None:
    """How to read and write one stream; None when it is no random stream."""
    if isinstance(stream, torch.Generator):
        return stream.get_state, stream.set_state
    if isinstance(stream, random.Random):
        return None if isinstance(stream, random.SystemRandom) else _python(stream)
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "random"):
        return None
    if isinstance(stream, numpy.random.RandomState):
        return _legacy(stream)
    if isinstance(stream, numpy.random.Generator):
        return _bits(stream.bit_generator)
    if isinstance(stream, numpy.random.BitGenerator):
        return _bits(stream)
    return None


def _bits(bits: Any) -> tuple[Reader, Writer]:
    def read() -> Any:
        return bits.state

    def write(state: Any) -> None:
        bits.state = state

    return read, write


def _python(stream: Any) -> tuple[Reader, Writer]:
    address = id(stream) + object.__basicsize__
    if (
        type(stream) is not random.Random
        or object.__basicsize__ + 4 * (_WORDS + 1) > random.Random.__basicsize__
    ):
        return stream.getstate, stream.setstate
    read = _unless_moved((address, address + 8), lambda: ctypes.string_at(address, 4 * (_WORDS + 1)))

    def both() -> Any:
        return read(), getattr(stream, "gauss_next", None)

    def decode(state: Any) -> Any:
        position, *words = struct.unpack(f"i{_WORDS}I", state[0])
        return 3, (*words, position), state[1]

    def write(state: Any) -> None:
        stream.setstate(decode(state))

    return (both, write) if decode(both()) == stream.getstate() else (stream.getstate, stream.setstate)


def _unless_moved(places: tuple[int, ...], read: Callable[[], bytes]) -> Reader:
    """Reads again only when a word at `places` changed: position, second word of the key, spare Gaussian.

    Exactly 624 k draws leave the position alone, but renew the key; so does seeding, except for its first word.
    """
    words = [ctypes.c_uint32.from_address(p) for p in places]
    last: list[Any] = [None, b""]

    def reader() -> bytes:
        now = [w.value for w in words]
        if now != last[0]:
            last[:] = [now, read()]
        return last[1]

    return reader


def _legacy(stream: Any) -> tuple[Reader, Writer]:
    """numpy's Mersenne twister; its spare Gaussian lies in the object itself, at a place found once."""

    def slow_read() -> Any:
        return stream.get_state(legacy=False)

    name = slow_read()["bit_generator"]
    place = _spare_gaussian(type(stream)) if name == "MT19937" else None
    if place is None:
        return slow_read, stream.set_state
    address, spare, size = stream._bit_generator.ctypes.state_address, id(stream) + place, 4 * (_WORDS + 1)
    read = _unless_moved(
        (address + 4, address + size - 4, spare, spare + 8, spare + 12),
        lambda: ctypes.string_at(address, size) + ctypes.string_at(spare, 16),
    )

    def decode(state: bytes) -> Any:
        *key, position = struct.unpack(f"{_WORDS}Ii", state[:size])
        has, gauss = struct.unpack("i4xd", state[size:])
        return name, key, position, has, gauss

    def write(state: bytes) -> None:
        stream.set_state(decode(state))

    public, mine = stream.get_state(), decode(read())
    same = list(public[1]) == mine[1] and public[2:4] == mine[2:4] and (not mine[3] or public[4] == mine[4])
    return (read, write) if same else (slow_read, stream.set_state)


def _spare_gaussian(kind: Any) -> int | None:
    """Offset of `has_gauss` (int, then the double) in a RandomState object, found on a throw-away one."""
    probe = kind(0)
    probe.standard_normal()
    value = struct.pack("d", probe.get_state()[4])
    raw = ctypes.string_at(id(probe), kind.__basicsize__)
    at = raw.find(value) - 8
    return at if at > 0 and raw.count(value) == 1 and raw[at : at + 4] == struct.pack("i", 1) else None
