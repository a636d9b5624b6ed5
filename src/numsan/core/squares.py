"""Squares, and sums of them: zero where every one of them is."""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.values import peel, same

_CONVERSION = re.compile(r"(convert_to|as|to)_?(tensor|array)$")
_SPECTRUM = re.compile(r"stft|r?fft\w*$", re.I)  # of silence it is 0


def squares(x: Any) -> bool:
    """Squares: their sum is zero for a zero vector, as its norm is."""
    match x:
        case Op("pow", (_, 2 | 2.0)):
            return True
        case Op("mul", (a, b)):
            return a is b or (isinstance(a, Op | Leaf) and a == b) or _scaled_by_one(a, b)
        case Op("view" | "to", (inner, *_)):
            return squares(inner)
        case _:
            return False


def _scaled_by_one(a: Any, b: Any) -> bool:
    """`0.001 * g * g`."""
    return (
        isinstance(a, Op)
        and a.name == "mul"
        and isinstance(a.args[0], int | float)
        and isinstance(b, Op | Leaf)
        and a.args[1] == b
    )


def base_of(x: Any) -> Any:
    """`a` of `a**2` or `a * a`, None for anything else."""
    match x:
        case Op("pow", (a, 2 | 2.0)):
            return a
        case Op("mul", (a, b)) if same(a, b):
            return a
        case _:
            return None


def scaled_squares(x: Any) -> bool:
    """`square(x) / n`: squares with a factor."""
    match peel(x):
        case Op("mul", (a, b)):
            return squares(x) or any(
                scaled_squares(p) and not (isinstance(q, Op) and q.name not in ("div", "mul", "where"))
                for p, q in ((a, b), (b, a))
            )
        case Op("div", (a, b)):
            return not isinstance(b, Op) and scaled_squares(a)
        case _:
            return squares(x)


def computed(squared: Any) -> bool:
    """Squares of what a function has made: nothing says that it can vanish."""
    held = _base(squared)
    made = isinstance(held, Leaf) and held.call is not None and not _CONVERSION.search(held.call[0])
    return made and not of_spectrum(squared)


def _base(squared: Any) -> Any:
    """`x` of `c * abs(x) ** 2`."""
    held = peel(squared)
    while isinstance(held, Op) and held.name in ("mul", "div", "pow", "abs", "view"):
        factor = held.name == "mul" and scaled_squares(held.args[1]) and not squares(held)
        held = held.args[1] if factor else held.args[0]
    return held


def of_spectrum(squared: Any) -> bool:
    held = _base(squared)
    return isinstance(held, Leaf) and held.call is not None and bool(_SPECTRUM.search(held.call[0]))
