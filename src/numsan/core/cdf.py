"""Values of distribution functions, as source shows them."""

from __future__ import annotations

from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.values import number, peel

_NAMES = ("ndtr", "erf", "erfc", "sigmoid")


def distributed(x: Any) -> bool:
    """Whether `x` is a value of a distribution function, perhaps scaled and shifted by numbers.

    >>> distributed(Op("mul", (0.5, Op("erfc", (Leaf("x"),)))))
    True
    """
    match peel(x):
        case Op(name) if name in _NAMES:
            return True
        case Op("mul" | "add" | "div", (p, q)):
            return (number(p) and distributed(q)) or (number(q) and distributed(p))
        case Leaf(call=(str() as maker, _)):
            return maker.endswith((".cdf", "norm_cdf", "normal_cdf"))
        case _:
            return False
