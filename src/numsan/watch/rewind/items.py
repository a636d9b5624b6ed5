"""Which items the loops of an activation drew next, told from what was seen of its names.

Every backward call and the failing step recorded the names of the activation. Where a loop's targets changed,
that loop went on; loops inside it were then entered anew: they need no items, their iterable is evaluated.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from numsan.watch.rewind.frames import Snap
from numsan.watch.rewind.source import Definition, loops_at, place_of

Loop = ast.For | ast.While
_ABSENT = object()


@dataclass(slots=True)
class Course:
    """What the loops around the mark did after it: recorded items by depth, outermost loop 0."""

    items: dict[int, list[Any]] = field(default_factory=dict[int, list[Any]])
    choices: int = 1  # how many readings of the first transition there are
    doubts: list[str] = field(default_factory=list[str])  # loop targets that the body assigns again


def course(tree: Definition, mark: Snap, seen: Sequence[Snap], reading: int = 0) -> Course:
    """Reading 0 is the likely one; `reading` > 0 forces another loop to be the one that went on first."""
    place = place_of(mark.code, mark.lasti)
    open_loops = loops_at(tree, place) if place else []
    found, before = Course(), mark
    for snap in seen:
        place = place_of(snap.code, snap.lasti)
        if place is None or not open_loops:
            break
        shared = _shared(open_loops, loops_at(tree, place))
        depth = _advanced(shared, before, snap)
        if before is mark and shared:
            others = [d for d in range(len(shared) - 1, -1, -1) if d != depth]
            found.choices = 1 + len(others)
            depth = others[reading - 1] if 0 < reading <= len(others) else depth
        open_loops = shared
        if depth is not None:
            open_loops = shared[: depth + 1]
            loop = shared[depth]
            if isinstance(loop, ast.For):
                found.items.setdefault(depth, []).append(value(loop.target, snap.names))
                found.doubts += [n for n in names_in(loop.target) if n in assigned(loop)]
        before = snap
    return found


def _shared(a: list[Loop], b: list[Loop]) -> list[Loop]:
    n = 0
    while n < min(len(a), len(b)) and a[n] is b[n]:
        n += 1
    return a[:n]


def _advanced(loops: list[Loop], before: Snap, now: Snap) -> int | None:
    """The outermost loop whose targets changed; else the innermost one if the position did not move on."""
    for depth, loop in enumerate(loops):
        if isinstance(loop, ast.For):
            names = names_in(loop.target)
            steady = [n for n in names if n not in assigned(loop)] or names
            if any(_differ(before.names.get(n, _ABSENT), now.names.get(n, _ABSENT)) for n in steady):
                return depth
    return len(loops) - 1 if loops and now.lasti <= before.lasti else None


def _differ(a: Any, b: Any) -> bool:
    if a is b:
        return False
    return not (type(a) is type(b) and isinstance(a, int | float | str) and a == b)


def names_in(target: ast.expr) -> list[str]:
    return [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]


def value(target: ast.expr, names: dict[str, Any]) -> Any:
    """An item which, assigned to `target`, gives its names the values they had."""
    match target:
        case ast.Name():
            return names.get(target.id)
        case ast.Starred():
            return names.get(target.value.id) if isinstance(target.value, ast.Name) else None
        case ast.Tuple() | ast.List():
            parts: list[Any] = []
            for element in target.elts:
                part = value(element, names)
                parts.extend(part or ()) if isinstance(element, ast.Starred) else parts.append(part)
            return tuple(parts)
        case _:
            return None


def assigned(loop: Loop) -> set[str]:
    """Names that the body of a loop stores to."""
    nodes = (n for s in loop.body for n in ast.walk(s))
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
