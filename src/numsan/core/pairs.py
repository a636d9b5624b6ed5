"""One array met by itself: pairs of its elements, its columns, its product with its transpose."""

from __future__ import annotations

import re
from typing import Any

from numsan.core.made import maker
from numsan.core.op import Leaf, Op, leaves
from numsan.core.values import peel

_WHOLE = re.compile(
    r"^(.+?)(\.(unsqueeze|transpose|permute|swapaxes|t)\([^()]*\)|\.m?T|\[[:., None]*None[:., None]*\])$"
)

_TURNED = re.compile(
    r"^(?:\w+\.)*(?:swapaxes|transpose|expand_dims|unsqueeze|moveaxis)\(([A-Za-z_][\w.]*),[^()]*\)$"
)

_COLUMN = re.compile(r"^(.+)\[(?:\.\.\.|:), ?(\d)(?:, ?None)?\]$")

_ENTRY = re.compile(r"^((?:\w+\.)*(?:\w*_)?(?:gt|box|bbox|roi|anchor|rect)\w*)\[(\d)\]$")  # of one box

# the smallest and the largest of data, as statistics keep them; a `max_depth` is chosen
_MEASURED = re.compile(
    r"(stats?|statistics|buffer\w*|norm\w*|scalers?)(\[[^\[\]]*\])*(\.|\[[\"'])(max|min)([\"']\])?$"
    r"|\b(data|x|y|obs|state|action|feat|features?|train|targets?)_(max|min)$"
)

_COVARIANCE = re.compile(r"(^|[._\W])(([Cc]ov|[Gg]ram|[Ss]catter|[Ss]igma)|_?[CS]\b)")


def pairwise(a: Leaf, b: Leaf) -> bool:
    """`x[:, None] - x[None, :]`: every element meets itself."""
    one, other = _whole(a.text), _whole(b.text)
    bases = (one or a.text, other or b.text)
    return a.text != b.text and bases[0] == bases[1] and (one is not None or other is not None)


def met_by_itself(x: Any) -> bool:
    """`x[:, None] - x[None, :]` as a whole: 0 on its diagonal."""
    match peel(x):
        case Op("sub", (Leaf() as a, Leaf() as b)):
            return pairwise(a, b)
        case _:
            return False


def untransposed(text: str) -> str:
    """`x` of `x.T`, `x.transpose(0, 1)`, `x[:, None]`."""
    return _whole(text) or text


def _whole(text: str) -> str | None:
    found = _TURNED.match(text) or _WHOLE.match(text)
    return None if found is None else found[1]


def box_side(a: Leaf, b: Leaf) -> bool:
    """`boxes[:, 2] - boxes[:, 0]`: a box can be empty."""
    one, other = (_COLUMN.match(x.text) or _ENTRY.match(x.text) for x in (a, b))
    return one is not None and other is not None and one[1] == other[1] and int(one[2]) == int(other[2]) + 2


def measured(text: str) -> bool:
    """Whether a name is that of the smallest or largest of some data."""
    return ("max" in text or "min" in text) and bool(_MEASURED.search(text))


def measured_range(a: Leaf, b: Leaf) -> bool:
    """`stats["max"] - stats["min"]`, `x_max - x_min`: the range of a constant feature."""
    if a.default is not None or b.default is not None:
        return False
    one, other = (maker(x) or x.text for x in (a, b))
    return measured(one) and other != one and one.replace("max", "min") == other


def eigenvalue(x: Leaf) -> bool:
    """Of `x.T @ x`, of a covariance: fewer samples than columns, or equal ones, give zeros, and rounding negative ones."""
    if maker(x) == "svdvals":
        return True  # a matrix of less than full rank
    if not maker(x).endswith("eigvalsh"):
        return False
    match peel(x.call[1] if x.call is not None else None):
        case Op("matmul", (a, b)):
            one, other = ({untransposed(leaf.text) for leaf in leaves(p)} for p in (a, b))
            return bool(one & other)
        case Leaf(text=text) as of:
            return bool(_COVARIANCE.search(f"{text} {maker(of)}"))
        case _:
            return False
