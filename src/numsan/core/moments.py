"""Second moments and squared means by what they are called, where they are made in another method."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from numsan.core.op import Op
from numsan.core.values import peel, same, source

_SECOND = re.compile(
    r"(^|[._])(sq(uared?|r)?s?_?(mean|avg|sum|total|acc)|(mean|avg|sum|total|acc|running|ema)_?(of_)?(the_)?sq\w*"
    r"|second_?moment|(sum|mean|ex|e)_?x?(2|_2)|ex2|x2_?(mean|sum|avg))s?($|\[)",
    re.I,
)
_MEAN = re.compile(r"(^|[._])(\w*_)?(mu|mean|avg|average|first_?moment)s?(_\w+)?($|\[)", re.I)
_SUM = re.compile(r"(^|[._])(\w*_)?(sum|total)(_\w+)?($|\[)", re.I)


def named_moments(second: Any, product: Any) -> bool:
    """`squared_mean - mean ** 2`, `sum_sq / n - mean * mean`, `sum_sq - n * mean * mean`.

    >>> from numsan.core.op import Leaf
    >>> named_moments(Leaf("self.sum_sq"), Op("pow", (Leaf("self.mean"), 2)))
    True
    """
    held, count = peel(second), None
    if isinstance(held, Op) and held.name == "div":
        held, count = peel(held.args[0]), held.args[1]
    if any(_by_count(m, product, count) for m in _squared(product)):
        return True
    if not _SECOND.search(source(held).replace(" ", "")):
        return False
    return any(map(_mean, _squared(product)))


def _squared(product: Any) -> Iterator[Any]:
    match peel(product):
        case Op("pow", (base, 2 | 2.0)):
            yield peel(base)
        case Op("mul", _) as whole:
            factors = list(_factors(whole))
            yield from (a for i, a in enumerate(factors) if any(same(a, b) for b in factors[:i]))
        case _:
            pass


def _factors(x: Any) -> Iterator[Any]:
    match peel(x):
        case Op("mul", (a, b)):
            yield from _factors(a)
            yield from _factors(b)
        case Op("pow", (base, 2 | 2.0)):
            yield from (peel(base), peel(base))
        case held:
            yield held


def _mean(x: Any) -> bool:
    """What is called a mean, or is a sum that was divided."""
    if _MEAN.search(source(x).replace(" ", "")):
        return True
    return isinstance(x, Op) and x.name == "div" and bool(_SUM.search(source(peel(x.args[0]))))


def _by_count(mean: Any, product: Any, count: Any) -> bool:
    """Whether the mean is a sum over `n`, and `n` also divides the second moment or multiplies the square."""
    if not isinstance(mean, Op) or mean.name != "div":
        return False
    n = peel(mean.args[1])
    return (count is not None and same(peel(count), n)) or any(same(f, n) for f in _factors(product))
