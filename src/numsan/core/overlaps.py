"""Values between 0 and 1 by how they are made: intersection over union, weighted means of such values."""

from __future__ import annotations

from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.values import bare, source


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


def mixed(x: Op) -> Any:
    """What a weighted mean is taken of, `b` of `(softmax(w, d) * b).sum(d)`: it stays within its bounds."""
    match x:
        case Op("sum", (Op("mul", (a, b)), dim, *_)):
            for weights, values in ((a, b), (b, a)):
                by = bare(weights)
                if isinstance(by, Op) and by.name == "softmax" and by.args[1:2] == (dim,):
                    return values
        case _:
            pass
    return None
