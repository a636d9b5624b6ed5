"""Forms of a value that can be, or cannot be, exactly zero, seen without asking what their parts are."""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import BOOL
from numsan.core.op import Leaf, Op
from numsan.core.squares import squares
from numsan.core.values import bare, peel, source

_POSITIVE = ("softmax", "safe_softmax", "exp")
_ADJACENT = re.compile(r"(^|[._])adj(acency)?(_\w+)?($|[.\[(])", re.I)
_BETA = re.compile(r"(^|[._])beta$")
_SAMPLES = re.compile(r"samples|counts?|num_per|per_cls|per_class|freq|cls_num", re.I)
_EYE = re.compile(r"\b(eye|diag)\(")
_REMAINDERS = re.compile(r"(^|[._])(r|g|res(id\w*)?|grad\w*|delta\w*|diff\w*)$")
_IGNORED = re.compile(r"ignore_?(index|idx|id|label|value)|label_ignore", re.I)


def remainder(x: Any) -> bool:
    """A residual, a gradient, a difference: what iterations make vanish."""
    return (isinstance(x, Op) and x.name == "sub") or (
        isinstance(x, Leaf) and bool(_REMAINDERS.search(x.text))
    )


def of_ignored(x: Op) -> bool:
    """`labels != ignore_index`, wherever the labels come from: a micro-batch may hold none that counts."""
    return x.name == "ne" and any(
        a == -100 or (isinstance(a, Leaf) and _IGNORED.search(a.text)) for a in x.args
    )


def shares(squared: Any) -> bool:
    """Squares of a softmax, or of exponentials: a row of them holds one that is not 0."""
    held = peel(squared)
    return isinstance(held, Op) and held.name in ("pow", "mul") and name_of(peel(held.args[0])) in _POSITIVE


def quotient(squared: Any) -> bool:
    """Squares of a vector that has been divided by its length."""
    held = peel(squared)
    return isinstance(held, Op) and name_of(peel(held.args[0], "neg")) == "div"


def others_alike(x: Any) -> bool:
    """`(labels[:, None] == labels) - eye(n)`: nobody else has the label; `adj - eye(n)`: a node without a neighbour."""
    match peel(x):
        case Op("sub", (same, Leaf(text=text))):
            adjacent = isinstance(held := peel(same), Leaf) and _ADJACENT.search(held.text)
            return bool(_EYE.search(text) and (name_of(same) in BOOL or adjacent))
        case _:
            return False


def complex_parts(a: Any, b: Any) -> bool:
    """`z.real**2 + z.imag**2`: a bin without energy."""
    parts = sorted(source(p.args[0]) for p in (a, b) if isinstance(p, Op) and squares(p))
    if len(parts) != 2 or not parts[0].endswith(".imag"):
        return False
    return parts[1] == f"{parts[0].removesuffix('.imag')}.real"


def lifted(x: Any, by: Any) -> bool:
    """`d + (d == 0) * 1e-16`: raised exactly where it is 0."""
    match peel(by):
        case Op("mul", (p, q)):
            return lifted(x, p) or lifted(x, q)
        case Op("eq", (tested, 0 | 0.0)):
            return peel(tested) == peel(x)
        case _:
            return False


def distance(x: Any) -> bool:
    """`(a - b) ** 2`, which is 0 where what stands beside it is, too."""
    return squares(x) and isinstance(x, Op) and isinstance(x.args[0], Op) and x.args[0].name == "sub"


def between(x: Any) -> tuple[Any, Any, Any] | None:
    """`g`, `p` and `q` of `(1 - g) * p + g * q`."""
    match x:
        case Op("add", (Op("mul", (Op("sub", (1 | 1.0, g)), p)), Op("mul", (h, q)))) if g == h:
            return g, p, q
        case Op("add", (Op("mul", (h, q)), Op("mul", (Op("sub", (1 | 1.0, g)), p)))) if g == h:
            return g, p, q
        case _:
            return None


def decay_of_count(x: Op) -> bool:
    """`beta ** n` of a number of samples, not of a step that begins at 1."""
    match x:
        case Op("pow", (Leaf(text=base), Leaf(text=n))):
            return bool(_BETA.search(base) and _SAMPLES.search(n))
        case _:
            return False


def spread(a: Any, b: Any) -> bool:
    """`(d**2).mean() - c * d.mean()**2`: nothing is left of equal numbers, or of zeros."""
    match a, b:
        case Op("mean", (squared, *_)), Op("mul", (int() | float() | Leaf(), Op() as mean)):
            return squares(squared) and spread(a, mean)
        case Op("mean", (Op(_, (x, *_)) as squared, *_)), Op("pow", (Op("mean", (y, *_)), 2 | 2.0)):
            return squares(squared) and x == y
        case _:
            return False


def square_by_count(x: Any) -> bool:
    """`s * (s / n)`, what is taken from a sum of squares: nothing is left of equal numbers."""
    match x:
        case Op("mul", (a, Op("div", (b, _)))) | Op("mul", (Op("div", (b, _)), a)):
            return a == b and isinstance(a, Op | Leaf)
        case _:
            return False


def name_of(x: Any) -> str:
    held = bare(x)
    return held.name if isinstance(held, Op) else ""
