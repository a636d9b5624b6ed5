"""Generators of the program, as they were at a mark: a copy of the rest of each, made from its syntax.

A Python generator cannot be copied or set back, but its suspended frame shows where it stands and what its
names are, so the rest of it is built exactly like the rest of a function.
"""

from __future__ import annotations

import ast
import gc
import sys
import types
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from numsan.watch.rewind.build import callable_rest, cells_of, first_parameter
from numsan.watch.rewind.draws import counts
from numsan.watch.rewind.following import more
from numsan.watch.rewind.frames import Snap
from numsan.watch.rewind.items import course
from numsan.watch.rewind.reach import is_library
from numsan.watch.rewind.resume import NoWay, Rest, continuation, whole
from numsan.watch.rewind.runtime import Draw, Runtime
from numsan.watch.rewind.source import definition, place_of

_GENERATOR = 0x20
Stream: TypeAlias = "types.GeneratorType[Any, Any, Any]"


@dataclass(slots=True, eq=False)
class Paused:
    """A suspended generator: `begun` is False before its first `next`."""

    generator: weakref.ref[Stream]
    begun: bool
    snap: Snap


def pause(generator: Stream) -> Paused | None:
    """Where a generator stands; None when it is finished or running."""
    frame = generator.gi_frame
    if frame is None or generator.gi_running:
        return None
    live = frame.f_locals
    names = dict(live)
    if sys.version_info < (3, 13):
        live.clear()  # a cached dict there, which would keep the last batch alive
    begun = not hasattr(generator, "gi_suspended") or generator.gi_suspended
    snap = Snap(None, frame.f_code, frame.f_lasti, frame.f_globals, names)
    return Paused(weakref.ref(generator), begun, snap)


def live_streams(modules: Iterable[dict[str, Any]]) -> Iterator[Stream]:
    """Generators of the user's own functions, those that only a `for` loop holds included."""
    if any(_makes_generators(v) for m in modules for v in m.values()):
        for thing in gc.get_objects():
            if type(thing) is types.GeneratorType and thing.gi_frame is not None:
                name = str(thing.gi_frame.f_globals.get("__name__", ""))
                if not is_library(name) and thing.__name__.isidentifier():
                    yield thing


def _makes_generators(value: Any) -> bool:
    if is_library(str(getattr(value, "__module__", None) or "builtins")):
        return False
    if isinstance(value, types.FunctionType):
        code = value.__code__
        return bool(code.co_flags & _GENERATOR) or any(
            isinstance(c, types.CodeType) and c.co_flags & _GENERATOR and c.co_name.isidentifier()
            for c in code.co_consts
        )
    return isinstance(value, type) and any(
        isinstance(f, types.FunctionType) and f.__code__.co_flags & _GENERATOR for f in vars(value).values()
    )


def resumed(paused: Paused) -> Stream:
    """A new generator that gives what the paused one was going to give."""
    snap = paused.snap
    known = definition(snap.code, snap.space)
    place = place_of(snap.code, snap.lasti)
    if known is None or place is None:
        raise NoWay(f"the source of {snap.code.co_qualname} is not available")
    tree, classes = known
    first = first_parameter(snap.code)
    rest = continuation(tree, place, first) if paused.begun else whole(tree, first)
    rest.body.append(ast.parse("if 0: yield").body[0])
    cells = cells_of(snap)
    for name in cells:
        if name in snap.names and name not in snap.code.co_freevars:
            cells[name] = types.CellType(snap.names[name])
    now = paused.generator()
    later = pause(now) if now is not None else None
    items = course(tree, snap, [later.snap] if later is not None and paused.begun else []).items
    follow = partial(more, snap, rest, items)
    return callable_rest(snap, classes, rest, cells, Runtime(None, items, lambda: False, follow))()


def _moved(paused: Paused) -> bool:
    """Whether a generator went on since the mark."""
    now = paused.generator()
    later = pause(now) if now is not None else None
    if later is None:
        return now is not None
    old, new = paused.snap.names, later.snap.names
    return later.snap.lasti != paused.snap.lasti or any(new.get(n) is not v for n, v in old.items())


class Clones:
    """Copies of all paused generators for one replay, made when first asked for."""

    def __init__(self, paused: list[Paused]) -> None:
        self._paused = {id(p.generator()): p for p in paused if p.generator() is not None}
        self._made: dict[int, Stream] = {}

    def renew(self) -> None:
        self._made = {}

    def of(self, value: Any) -> Any:
        """The copy of a generator, or `value` itself."""
        key = id(value)
        if key not in self._paused:
            return value
        if key not in self._made:
            self._made[key] = resumed(self._paused[key])
        return self._made[key]

    def swapped(self, names: dict[str, Any]) -> dict[str, Any]:
        return {n: self.of(v) for n, v in names.items()}

    def feed(self, rest: Rest, items: dict[int, list[Any]], names: dict[str, Any]) -> None:
        """Items of loops over a generator come from its copy, which draws random numbers as it did."""
        for number, told in items.items():
            loop = rest.loops[number]
            source = self._source(loop.iter, names) if isinstance(loop, ast.For) else None
            if source is not None and isinstance(loop, ast.For):
                counted = counts(loop.iter)
                numbers = [t[0] if counted else None for t in told]
                items[number] = [Draw(self._drawing(source, n, counted), n) for n in numbers]

    def _source(self, iterable: ast.expr, names: dict[str, Any]) -> Any:
        if counts(iterable) and isinstance(iterable, ast.Call) and iterable.args:
            iterable = iterable.args[0]
        if isinstance(iterable, ast.Name):
            value = names.get(iterable.id)
            return value if id(value) in self._paused else None
        called = iterable.func if isinstance(iterable, ast.Call) else None
        name = (
            called.id
            if isinstance(called, ast.Name)
            else called.attr
            if isinstance(called, ast.Attribute)
            else ""
        )
        held = {id(v) for v in names.values()}
        fitting = [
            p for k, p in self._paused.items() if p.snap.code.co_name == name and p.begun and k not in held
        ]
        fitting = [p for p in fitting if _moved(p)] if len(fitting) > 1 else fitting
        return fitting[0].generator() if len(fitting) == 1 else None

    def _drawing(self, source: Stream, number: Any, counted: bool) -> Any:
        def draw() -> Any:
            batch = next(self.of(source))
            return (number, batch) if counted else batch

        return draw
