"""Intersection over union: a share of itself, between 0 and 1."""

from __future__ import annotations

from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.values import source


def share(part: Any, whole: Any) -> bool:
    """Whether `whole` is the union of what `part` is the intersection of: `i / (a + b - i)`, whatever bounds it."""
    match whole:
        case Op("clamp" | "maximum" | "view" | "to", (inner, *_)):
            return share(part, inner)
        case Op("add", (Op() as inner, int() | float() | Leaf())):
            return share(part, inner)
        case Op("sub", (Op("add", _), taken)):
            return isinstance(part, Op | Leaf) and (taken == part or source(taken) == source(part))
        case _:
            return False
