"""Where a value is infinite, as far as source alone tells: hidden by -inf, or an exponential without a bound."""

from __future__ import annotations

import math
from typing import Any

from numsan.core.bounds import BOOL, interval
from numsan.core.op import Op, leaves
from numsan.core.values import peel, source

_KEEP = frozenset(("view", "to", "index", "gather", "log_softmax"))  # -inf stays where it is
_SHIFT = frozenset(("add", "sub", "mul", "div"))
_LARGEST = 700.0


def hidden(x: Any) -> bool:
    """Whether -inf was written into a value, and no softmax has turned it into zeros since.

    >>> hidden(Op("log_softmax", (Op("masked_fill", ("x", "m", -math.inf)), -1)))
    True
    """
    match x:
        case Op("masked_fill", (_, _, value)):
            return value == -math.inf
        case Op("where", (_, a, b)):
            return -math.inf in (a, b)
        case Op(name, (inner, *_)) if name in _KEEP or name in _SHIFT:
            return hidden(inner)
        case _:
            return False


def both_hidden(p: Any, logp: Any) -> bool:
    """`exp(l) * l` and `softmax(x) * log_softmax(x)`, both of a value in which -inf was written."""
    match peel(p):
        case Op("exp" | "softmax", (inner, *_)):
            return hidden(inner) and hidden(logp)
        case _:
            return False


def multiplied_out(mask: Any, value: Any) -> bool:
    """`x.masked_fill(m == 0, -inf) * m`: what the mask has made infinite is multiplied with its 0."""
    held = peel(value)
    match held:
        case Op("masked_fill", (_, condition, fill)) if fill in (math.inf, -math.inf):
            asked = {leaf.text for leaf in leaves(condition)}
            return any(leaf.text in asked for leaf in leaves(mask))
        case _:
            return False


def removes(mask: Any, value: Any) -> bool:
    """`r * (r <= 5)` of an exponential without a bound: where it is infinite the mask is 0."""
    test, held = peel(mask), peel(value)
    if not isinstance(test, Op) or test.name not in BOOL or not isinstance(held, Op) or held.name != "exp":
        return False
    if interval(held.args[0])[1] <= _LARGEST:
        return False
    text = source(held)
    asked = [a for op in test.walk() if op.name in ("le", "lt") for a in op.args[:1]]
    return any(peel(a) == held or source(peel(a)) == text for a in asked)
