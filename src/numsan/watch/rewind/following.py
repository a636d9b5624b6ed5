"""What the loops of a frame draw after what a replay recorded, so that it may go on beyond the step that failed."""

from __future__ import annotations

import ast
import contextlib
import gc
import itertools
from collections.abc import Iterator
from typing import Any, cast

from numsan.watch.rewind.draws import counts
from numsan.watch.rewind.frames import Snap
from numsan.watch.rewind.items import value
from numsan.watch.rewind.resume import Rest
from numsan.watch.rewind.runtime import Draw, StopReplay

_ITERATORS = (type(iter(())), type(iter([])))
_CALLS = ("range", "len")
_PLAIN = (
    ast.Name, ast.Attribute, ast.Constant, ast.Load, ast.BinOp, ast.operator, ast.UnaryOp, ast.unaryop,
    ast.Subscript, ast.Slice, ast.Call, ast.Tuple,
)  # fmt: skip


def more(snap: Snap, rest: Rest, items: dict[int, list[Any]], number: int) -> Iterator[Any]:
    """For loop `number` of a resumed frame. A replay that needs what cannot be known ends there."""
    loop = rest.loops[number]
    found = following(loop, items.get(number, []), snap) if isinstance(loop, ast.For) else None
    if found is None:
        raise StopReplay
    return found


def following(loop: ast.For, told: list[Any], snap: Snap) -> Iterator[Any] | None:
    """What a loop draws after its recorded items; None where that cannot be known."""
    last = told[-1] if told else value(loop.target, snap.names)
    if isinstance(last, Draw):
        return _drawn(last, counts(loop.iter))
    found = _evaluated(loop.iter, last, snap)
    return found if found is not None else _living(last, counts(loop.iter))


def _drawn(last: Draw, counted: bool) -> Iterator[Any]:
    numbers = itertools.count((last.number or 0) + 1)
    items = last.iterator if last.iterator is not None else _again(last, counted)
    return zip(numbers, items, strict=False) if counted else items


def _again(last: Draw, counted: bool) -> Iterator[Any]:
    """A generator's copy, drawn from until it is empty."""
    with contextlib.suppress(StopIteration):
        while True:
            item = last()
            yield item[1] if counted else item


def _evaluated(iterable: ast.expr, last: Any, snap: Snap) -> Iterator[Any] | None:
    """Of a range or of sequences, which may be looked at again without an effect."""
    match iterable:
        case ast.Call(func=ast.Name(id="enumerate" | "zip" as name), args=args, keywords=[]):
            first = 1 if name == "enumerate" else len(args)
            found = [_sequence(a, snap) for a in args[:first]] + [_value(a, snap) for a in args[first:]]
            items = {"enumerate": enumerate, "zip": zip}[name](*found) if None not in found else None
        case _:
            items = _sequence(iterable, snap)
    if items is None:
        return None
    rest: Iterator[Any] = itertools.dropwhile(
        lambda item: not _same(item, last), cast("Iterator[Any]", items)
    )
    next(rest, None)
    return rest


def _sequence(expression: ast.expr, snap: Snap) -> Any:
    found = _value(expression, snap)
    return cast(Any, found) if isinstance(found, range | list | tuple) else None


def _value(expression: ast.expr, snap: Snap) -> Any:
    if not all(isinstance(n, _PLAIN) and _harmless(n) for n in ast.walk(expression)):
        return None
    code = compile(ast.fix_missing_locations(ast.Expression(expression)), snap.code.co_filename, "eval")
    return eval(code, {**snap.space, **snap.names})


def _living(last: Any, counted: bool) -> Iterator[Any] | None:
    """From the one living iterator over a sequence that has just given this item, which is not drawn from."""
    number, item = cast("tuple[int, Any]", last) if counted and isinstance(last, tuple) else (0, last)
    found: list[list[Any]] = []
    for thing in gc.get_objects():
        if type(thing) in _ITERATORS:
            _, (items, *_), *at = thing.__reduce__()
            if at and 0 < at[0] <= len(items) and items[at[0] - 1] is item and _telling(item):
                found.append(list(items[at[0] :]))
    if len(found) != 1:
        return None
    return enumerate(found[0], number + 1) if counted else iter(found[0])


def _telling(item: Any) -> bool:
    """Whether it is that object and no other: small numbers and short texts are shared."""
    return not isinstance(item, int | float | str | None)


def _harmless(node: ast.AST) -> bool:
    return not isinstance(node, ast.Call) or (isinstance(node.func, ast.Name) and node.func.id in _CALLS)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple):
        one, other = cast("tuple[Any, ...]", a), cast("tuple[Any, ...]", b)
        return len(one) == len(other) and all(map(_same, one, other))
    return a is b or (isinstance(a, int | float | str) and type(a) is type(cast(object, b)) and a == b)
