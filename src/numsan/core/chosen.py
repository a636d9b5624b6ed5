"""Values that a condition on themselves has chosen: `where(x > 0, x, 1)`, `x[x > 0]`."""

from __future__ import annotations

from typing import Any

from numsan.core.op import Leaf, Op, leaves
from numsan.core.values import number, peel, same

_COMPARISONS = frozenset(("gt", "ge", "lt", "le", "eq", "ne", "isclose"))
_WHOLES = frozenset(("sum", "mean", "prod", "amax", "amin"))  # of no element these are 0, or fail
_DEEPEST = 3


def replaced(x: Any) -> bool:
    """Whether a condition on the value itself puts another number than 0 in its place."""
    match x:
        case Op("where", (Op() as condition, a, b)):
            return _instead(condition, a, b) or _instead(condition, b, a)
        case Op("masked_fill", (a, Op() as condition, value)):
            return _instead(condition, a, value)
        case _:
            return False


def switched(x: Any) -> bool:
    """`where(z > threshold, 0.0, z)`: where a condition on it holds, it is a constant."""
    match x:
        case Op("where", (Op() as condition, a, b)):
            kept = b if number(a) else a if number(b) else None
            return kept is not None and any(
                same(peel(c), peel(kept))
                for op in condition.walk()
                if op.name in _COMPARISONS
                for c in op.args
            )
        case _:
            return False


def guarded_vector(x: Any) -> bool:
    """`where(n.square().sum(-1) > tiny, n, up)`: a condition made from the vector puts another one in its place."""
    match x:
        case Op("where", (Op() as condition, a, b)):
            asked = {leaf.text for op in condition.walk() if op.name in _COMPARISONS for leaf in leaves(op)}
            sides = ({leaf.text for leaf in leaves(a)}, {leaf.text for leaf in leaves(b)})
            other = [s for s in sides if not s & asked]
            return len(other) == 1 and not any("zeros" in text for text in other[0]) and bool(other[0])
        case _:
            return False


def _instead(condition: Op, kept: Any, other: Any) -> bool:
    known = (number(other) and other != 0) or (isinstance(other, Op) and other.name == "ones")
    return known and any(
        same(peel(a), peel(kept)) for op in condition.walk() if op.name in _COMPARISONS for a in op.args
    )


def kept(x: Any, deepest: int = _DEEPEST) -> bool:
    """Whether it is made of elements that a comparison of them has selected."""
    match x:
        case Op("index", (base, Op() as mask)):
            names = {leaf.text for leaf in leaves(base)}
            return any(
                leaf.text in names for op in mask.walk() if op.name in _COMPARISONS for leaf in leaves(op)
            )
        case Op(name, args) if deepest and name not in _WHOLES:
            return any(kept(a, deepest - 1) for a in args if isinstance(a, Op | Leaf))
        case _:
            return False
