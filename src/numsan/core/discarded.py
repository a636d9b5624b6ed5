"""What a `where` computes in the branch that it discards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.values import number, peel, same

_SELECTED = ("where", "masked_fill", "clamp", "nan_to_num")


def singular_below(x: Any, ok: Op) -> Op | None:
    """A logarithm or root deeper in a branch, of something made from what the condition looks at."""
    if not isinstance(x, Op) or x.name in _SELECTED:
        return None
    exponent = x.args[1] if x.name == "pow" else None
    root = isinstance(exponent, Op | Leaf) or (isinstance(exponent, float) and 0 < exponent < 1)
    if root and isinstance(of := peel(x.args[0]), Op) and of.name in _SELECTED:
        return None
    if (root or x.name in ("log", "sqrt", "rsqrt", "log2", "log10")) and _shares(x.args[0], ok):
        return x
    return next((found for a in x.args if (found := singular_below(a, ok)) is not None), None)


def _shares(x: Any, ok: Op) -> bool:
    seen = set(names_of(ok))
    return any(name in seen for name in names_of(x))


def names_of(x: Any) -> Iterator[str]:
    if isinstance(x, Leaf):
        yield x.text
    elif isinstance(x, Op) and x.name != "where":
        for a in x.args:
            yield from names_of(a)


def grown_below(x: Any, ok: Op, kept_where_ok: bool) -> Op | None:
    """An exponential deeper in a branch, `alpha * (exp(x) - 1)`, which grows where the condition discards it."""
    if not isinstance(x, Op) or x.name in (*_SELECTED, "div"):
        return None
    if x.name in ("exp", "expm1") and grows(x.args[0], ok, kept_where_ok):
        return x
    found = (grown_below(a, ok, kept_where_ok) for a in x.args)
    return next((inner for inner in found if inner is not None), None)


def grows(x: Any, ok: Op, kept_where_ok: bool) -> bool:
    match ok:
        case Op("gt" | "ge" as name, (v, bound)) | Op("lt" | "le" as name, (v, bound)):
            above = (name in ("gt", "ge")) != kept_where_ok  # whether large v is what is discarded
            return (_slope(x, v) if not number(v) else -_slope(x, bound)) * (1 if above else -1) > 0
        case _:
            return False


def _slope(x: Any, v: Any) -> int:
    """The sign of the slope of x in v, where it is v, its negative, or one of them scaled; else 0."""
    if isinstance(v, Op | Leaf) and same(peel(x), peel(v)):
        return 1
    match peel(x):
        case Op("neg", (inner,)):
            return -_slope(inner, v)
        case Op("mul", (c, inner)) if number(c):
            return _slope(inner, v) * (1 if c > 0 else -1)
        case Op("mul" | "div", (inner, _)):  # a time over its constant
            return _slope(inner, v)
        case _:
            return 0
