"""Differences of a largest and a smallest value: 0 where all are equal."""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.values import bare

_QUANTILE = re.compile(r"(^|\.)(nan)?(quantile|percentile)$")


def extent(a: Any, b: Any) -> bool:
    """`x.max() - x.min()`, `max(r, g) - min(r, g)`, two quantiles of the same values.

    >>> extent(Op("amax", (Leaf("x"),)), Op("amin", (Leaf("x"),)))
    True
    """
    match bare(a), bare(b):
        case Op("amax"), Op("amin"):
            return True
        case Op("maximum", ps), Op("minimum", qs):
            return all(any(p == q for q in qs) for p in ps)
        case Leaf(call=(one, x)), Leaf(call=(other, y)):
            return one == other and x == y and x is not None and bool(_QUANTILE.search(one))
        case _:
            return False
