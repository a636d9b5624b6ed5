"""Denominators that hold what stands above them: shares of a sum that can be 0 as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from numsan.core.bounds import BOOL, interval
from numsan.core.denominators import multiple, names_in, unscaled
from numsan.core.made import tallied
from numsan.core.op import Leaf, Op, leaves
from numsan.core.squares import scaled_squares
from numsan.core.values import number, peel, same, source
from numsan.core.zero import reaches_zero

TRUTH = re.compile(r"(^|[._])(y|y_?true|targets?|truth|gt|ground_truth|actuals?|labels?|observed)$", re.I)
_SIZES = re.compile(r"size|shape|width|height|resolution")  # of an image, which is not empty
TOTAL = re.compile(r"(sum|total|acc(um\w*)?)s?(\W*\])?$")


def relative_difference(a: Any, below: Any) -> bool | None:
    """`|y - p| / (|y| + |p|)`: both are 0, as in the percentage error of an exact forecast; or `|y|` is."""
    held, above = multiple(below), multiple(a)
    if isinstance(held, Op) and held.name == "div" and number(held.args[1]):
        held = peel(held.args[0])
    above = peel(above.args[0]) if isinstance(above, Op) and above.name == "abs" else above
    match above, held:
        case Op("sub", (p, q)), Op("add", (Op("abs", (x,)), Op("abs", (y,)))):
            return True if (same(p, x) and same(q, y)) or (same(p, y) and same(q, x)) else None
        case Op("sub", (p, q)), Op("abs", (x,)) if isinstance(a, Op) and a.name == "abs":
            return True if same(p, x) or same(q, x) else None
        case _:
            return None


def error_of_truth(a: Any, below: Any) -> bool:
    """`(y - p) / y` where `y` is called the truth: a percentage error, of which nothing is known at 0."""
    above = peel(a, "abs")
    held = peel(below, "abs")
    match above, held:
        case Op("sub", (p, q)), Leaf(text=text) if TRUTH.search(text):
            return same(peel(p), held) or same(peel(q), held)
        case _:
            return False


def share_of_total(a: Any, below: Any) -> bool | None:
    """`w / (weight_sum + w)`: the first weights of a running mean may all be 0."""
    match below:
        case Op("add", (Leaf(text=text), added)) if TOTAL.search(text) and same(peel(added), peel(a)):
            return True if any("weight" in name for name in (source(a), text)) else None
        case _:
            return None


def share_of_nothing(a: Any, below: Any) -> bool | None:
    """`v / (1 - iou + v)` with a square `v`: both terms are 0 where prediction and target agree."""
    terms = list(signed(below))
    rest = [(sign, t) for sign, t in terms if sign < 0 or not same(peel(t), peel(a))]
    if len(rest) + 1 != len(terms):
        return None
    match rest:
        case [(1, 1 | 1.0), (-1, part)] | [(-1, part), (1, 1 | 1.0)] if interval(part) == (0.0, 1.0):
            return True
        case [(1, Op() as one)] if interval(one)[0] >= 0 and reaches_zero(one) is True:
            return True if scaled_squares(a) or reaches_zero(a) else None
        case _:
            return None


def signed(x: Any, sign: int = 1) -> Iterator[tuple[int, Any]]:
    """The terms of a sum, with their signs."""
    match x:
        case Op("add", (a, b)):
            yield from signed(a, sign)
            yield from signed(b, sign)
        case Op("sub", (a, b)):
            yield from signed(a, sign)
            yield from signed(b, -sign)
        case _:
            yield sign, x


def of_others(below: Any) -> bool:
    """`counts[labels] - 1`: how many others have the label, perhaps none."""
    match below:
        case Op("sub", (count, 1 | 1.0)):
            return tallied(count)
        case _:
            return False


def of_bessel(a: Any, below: Any) -> bool:
    """`n / (n - 1)` of what a mask counts, which may be one."""
    match below:
        case Op("sub", (Op("sum", (Op() as of, *_)) as count, 1 | 1.0)):
            return of.name in BOOL and same(peel(a), count)
        case _:
            return False


def own_maximum(a: Any, below: Any) -> bool | None:
    """`x / x.max()` of an image that is black everywhere, `1 / abs(x).max()` of points that coincide; also of a scale
    in steps, `x / (abs(x).max() / 127)`."""
    if source(unscaled(below)).startswith("max("):
        return None  # of a list, which holds something
    match unscaled(below):
        case Op("amax", (Op("abs", (of,)), *_)) if isinstance(peel(of), Leaf):
            return True if _chosen(a) or names_in(of) & names_in(a) else None
        case Op("amax", (of, *_)) if isinstance(peel(of), Leaf) and unscaled(below) is peel(below):
            shared = names_in(of) & names_in(a)
            return True if any(not _SIZES.search(name) for name in shared) else None
        case Op("amax", (of, *_)) if isinstance(of, Leaf):
            return True if same(peel(a), of) else None
        case _:
            return None


def _chosen(x: Any) -> bool:
    """A number, or what is computed from settings alone: `2 ** (bits - 1) - 1`."""
    return number(x) or (isinstance(x, Op) and all(leaf.default is not None for leaf in leaves(x)))


def harmonic(a: Any, below: Any) -> bool | None:
    """`2 * p * r / (p + r)`: both are 0 where nothing was found."""
    match below:
        case Op("add", (Leaf() as p, Leaf() as r)) if isinstance(a, Op) and not same(p, r):
            factors = {leaf.text for leaf in leaves(a)}
            return True if {p.text, r.text} <= factors and all(op.name == "mul" for op in a.walk()) else None
        case _:
            return None


def without_nothing(x: Any) -> Any:
    """`x` of `x + smooth`, where that is 0 unless somebody chooses another one."""
    match x:
        case Op("add", (Op() as inner, Leaf(default=0.0 | 0))):
            return without_nothing(inner)
        case _:
            return x
