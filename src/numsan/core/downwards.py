"""Exponentials that only vanish: of log-probabilities, and of costs with a minus."""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Leaf, Op
from numsan.core.values import number, peel

_LOGARITHM = re.compile(
    r"(^|[._])(log_?(p|prob\w*|w|weights?|lik\w*|post\w*|joint|mix\w*)|ll|logps?)s?(\[.*\])?$", re.I
)
_COST = re.compile(r"(^|[._])(costs?|chi2|sq_?dist\w*|dist\w*|d2|energy)(\[.*\])?$", re.I)


def only_vanish(op: Op) -> bool:
    """Whether every exponential below is at most 1, so that underflow is what can go wrong.

    >>> only_vanish(Op("log", (Op("exp", (Leaf("log_prob"),)),)))
    True
    """
    exponents = [o.args[0] for o in op.walk() if o.name == "exp"]
    return bool(exponents) and all(map(_never_positive, exponents))


def _never_positive(x: Any) -> bool:
    if interval(x)[1] <= 0:
        return True
    match peel(x):
        case Leaf(text=text, call=call):
            return bool(_LOGARITHM.search(text)) or (call is not None and call[0].endswith(".log_prob"))
        case Op("sum" | "mean", (of, *_)):
            return _never_positive(of)
        case Op("add", (a, b)):
            return _never_positive(a) and _never_positive(b)
        case Op("mul" | "div" as name, (a, b)):
            return _falls(a, b) or (name == "mul" and _falls(b, a))
        case Op("neg", (of,)):
            return _cost(of)
        case _:
            return False


def _falls(a: Any, b: Any) -> bool:
    """`-cost / temperature`, `-0.5 * chi2`, `log_prob * 2`."""
    if number(a) and a < 0:
        return _cost(b)
    return interval(b)[0] >= 0 and _never_positive(a)


def _cost(x: Any) -> bool:
    held = peel(x)
    return interval(held)[0] >= 0 or (isinstance(held, Leaf) and bool(_COST.search(held.text)))
