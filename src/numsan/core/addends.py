"""Sums of terms, terms of factors: whether a value stands in a sum as it is."""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.values import peel, same

_MOST = 24  # operations looked at


def stands_in(total: Any, x: Any) -> bool:
    """Whether `total` has `x`, whatever its sign, as a factor of a term: `exp(x) - 1 - x` cancels further."""
    sought = peel(x, "neg")
    waiting, left = [total], _MOST
    while waiting and left:
        left -= 1
        term = peel(waiting.pop(), "neg")
        if same(term, sought):
            return True
        if isinstance(term, Op) and term.name in ("add", "sub", "mul", "div", "pow"):
            waiting += term.args
    return False
