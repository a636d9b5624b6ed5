"""How a value was made, where that says what it cannot be: drawn at random, counted off, computed somewhere else."""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import BOOL
from numsan.core.op import Leaf, Op

PICTURE = re.compile(r"\bimread$|\bImage\.open$")  # makers of arrays of 8 bits a channel
_GRID = re.compile(r"\b(arange|linspace|logspace|meshgrid|create_meshgrid)\b")
_FILTER = re.compile(r"conv\w*$|correlate\w*$|filter\w*$|grad\w*$|sobel\w*$", re.I)
_PART = re.compile(r"(^|[._])(re(al)?|im(ag(inary)?)?)(?=$|[._\[])", re.I)
_NAME = re.compile(r"[\w.]+")
_DRAWN = re.compile(
    r"\b(diag_embed|eye)\(|\.(diag_embed|eye)$|\brandn(_like)?\b|\bnormal_?\b|\bNormal\(.*\)\.r?sample\b|\bstandard_normal\b"
    r"|(^|[._])(hann_|hamming_|analysis_|synthesis_)?window$",
    re.S,
)


def gridded(x: Any) -> bool:
    """Whether a value is computed from positions counted off; a comparison with them is another matter."""
    if isinstance(x, Leaf):
        return bool(_GRID.search(maker(x) or x.text))
    return isinstance(x, Op) and x.name not in BOOL and (x.name == "arange" or any(map(gridded, x.args)))


def drawn(x: Any) -> bool:
    """Whether a value is drawn from a continuous distribution, begun as a diagonal, or a window: no vector of it is zero."""
    if isinstance(x, Leaf):
        return bool(_DRAWN.search(maker(x) or x.text))
    if not isinstance(x, Op) or x.name in BOOL:
        return False
    if x.name == "rand":
        return True
    return x.name in ("mul", "div", "view", "to", "index", "neg", "pow", "add", "sub") and any(
        map(drawn, x.args)
    )


def in_large_units(x: Any) -> bool:
    """`hertz / 700`: what is divided by hundreds is meant to be about as large."""
    match x:
        case Op("div", (_, int() | float() as unit)):
            return abs(unit) >= 100
        case _:
            return False


def made_elsewhere(x: Any) -> bool:
    """Whether a value comes from a method that is not looked into, or was made with the object."""
    return isinstance(x, Leaf) and (maker(x) or x.text).startswith("self.")


def maker(x: Any) -> str:
    """The function that made a value, by the name it is called with; "" where none is known."""
    return x.call[0] if isinstance(x, Leaf) and x.call is not None else ""


def tallied(x: Any) -> bool:
    """How often a label occurs, itself included: `counts[inverse]`, `(labels[:, None] == labels).sum(1)`."""
    match x:
        case Leaf():
            return maker(x).endswith("bincount")
        case Op("view" | "to" | "index" | "gather", (inner, *_)):
            return tallied(inner)
        case Op("sum", (Op() as inner, _, *_)):
            while inner.name in ("view", "to") and isinstance(inner.args[0], Op):
                inner = inner.args[0]
            return inner.name == "eq" and _of_one(*inner.args[:2])
        case _:
            return False


def _of_one(a: Any, b: Any) -> bool:
    """Both sides of a comparison of everything with everything."""
    one, other = (_NAME.match(str(side)) for side in (a, b))
    return one is not None and other is not None and one[0] == other[0]


def of_one_signal(a: Any, b: Any) -> bool:
    """Two filterings of the same values, or the two parts of a complex number: both are 0 in silence."""
    if not (isinstance(a, Leaf) and isinstance(b, Leaf)) or a.text == b.text:
        return False
    if a.call is not None and b.call is not None and a.call[1] is not None:
        return a.call == b.call and bool(_FILTER.search(a.call[0]))
    return _PART.sub(r"\1", a.text) == _PART.sub(r"\1", b.text) != a.text
