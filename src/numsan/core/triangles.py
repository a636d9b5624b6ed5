"""Triangles by the lengths of their sides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numsan.core.op import Op
from numsan.core.squares import base_of
from numsan.core.values import number, peel, source


def cosine_by_sides(a: Any, b: Any) -> bool | None:
    """`(p**2 + q**2 - r**2) / (2 * p * q)`: no angle where a side has no length.

    >>> from numsan.core.op import Leaf
    >>> p, q, r = map(Leaf, "pqr")
    >>> two = lambda x: Op("pow", (x, 2))
    >>> cosine_by_sides(Op("sub", (Op("add", (two(p), two(q))), two(r))), Op("mul", (Op("mul", (2, p)), q)))
    True
    """
    match peel(a):
        case Op("sub", (Op("add", (p, q)), r)):
            sides = [base_of(peel(t)) for t in (p, q, r)]
        case _:
            return None
    if None in sides:
        return None
    below = list(_factors(b))
    if any(isinstance(f, Op) and f.name not in ("norm", "sqrt") for f in below):
        return None
    return True if sorted(map(source, sides[:2])) == sorted(map(source, below)) else None


def _factors(x: Any) -> Iterator[Any]:
    held = peel(x)
    if isinstance(held, Op) and held.name == "mul":
        for factor in held.args:
            yield from _factors(factor)
    elif not number(held):
        yield held
