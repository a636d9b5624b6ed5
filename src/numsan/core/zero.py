"""Whether a value can be exactly zero, and whether a gradient can flow into it, as far as source alone tells it.

`reaches_zero` has three answers: True (the operations that make it can give an exact zero), False (they
cannot: a clamp, an added epsilon), None (unknown, which is silence at regular appetite).
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import BOOL, EPSILON, MASKISH, NUMBER, SAME, interval, probability
from numsan.core.cdf import distributed
from numsan.core.chosen import kept, replaced
from numsan.core.made import drawn, made_elsewhere, maker
from numsan.core.op import Leaf, Op
from numsan.core.pairs import box_side, eigenvalue, measured_range, pairwise
from numsan.core.ranges import extent
from numsan.core.squares import computed, of_spectrum, scaled_squares, squares
from numsan.core.values import peel, source
from numsan.core.vanishing import (
    between,
    complex_parts,
    decay_of_count,
    distance,
    lifted,
    name_of,
    of_ignored,
    others_alike,
    quotient,
    remainder,
    shares,
    spread,
    square_by_count,
)

_TOUCHES_ZERO = frozenset(
    (
        *("relu", "softmax", "sigmoid", "safe_softmax", "det", "std", "var", "norm", "cdist", "one_hot"),
        *("rand", "mse_loss", "scatter", "global_norm"),
    )
)
_FEATURES = ("relu", *BOOL)
_ZERO_AT_ZERO = frozenset((
    "abs", "neg", "sqrt", "pow", "sum", "div", "prod", "cumprod", "atan", "tanh", "round", "floor", "tan", "sinh",
    "log1p", "expm1",
))  # fmt: skip
# sizes, masks, and what a data set hands to a model
_CONSTANT = re.compile(
    r"\.detach\(\)|\.shape\b|\.size\(|\.item\(\)$|^(input_(values|features|ids)|pixel_values|(\w+_)?mask)$"
)
# whose arguments are sizes
_RESHAPED = re.compile(r"\.(view|reshape|expand|repeat|tile|unflatten)\(.*$", re.S)
PADDING = re.compile(r"attention_mask|pad(ding)?_mask|(input|output)_masks?\b", re.I)
_RECORDED = re.compile(
    r"audio|(^|[^a-z])wave?s?($|[^a-z])|waveform|speech", re.I
)  # a recording may be silent


def differentiable(x: Any) -> bool:
    """Whether a gradient can flow: comparisons, counts of them and detached values have none."""
    if isinstance(x, Leaf):
        number = x.call is not None and x.call[0] == "item"
        if number or x.text.endswith((".grad", ".grad.data")):
            return False
        return not (_CONSTANT.search(x.text) and _CONSTANT.search(_RESHAPED.sub("", x.text)))
    if not isinstance(x, Op) or x.name in BOOL or x.name == "one_hot":
        return False
    if x.name == "view" and ".detach()" in str(getattr(x.where, "text", ""))[-12:]:
        return False
    return any(differentiable(a) for a in x.args)


def reaches_zero(x: Any) -> bool | None:
    """Whether an element can be exactly zero: True, False or None (unknown)."""
    if isinstance(x, bool | int | float):
        return x == 0
    if isinstance(x, Leaf):
        if EPSILON.search(x.text):
            return x.default == 0
        if maker(x) == "item" and x.call is not None and isinstance(x.call[1], Op):
            return reaches_zero(x.call[1]) or None  # `mask.sum().item()`
        return True if is_mask(x) or eigenvalue(x) else None
    if not isinstance(x, Op):
        return None
    low, high = interval(x)
    if low > 0 or high < 0:
        return False
    return _zero(x)


def is_mask(x: Any) -> bool:
    """A name that says mask, of a value that may hide everything: a parameter, a batch, a comparison of this function."""
    name = x.text.partition("(")[0] if isinstance(x, Leaf) else ""
    return bool(MASKISH.search(name)) and not NUMBER.search(name) and not made_elsewhere(x)


def _zero(x: Op) -> bool | None:
    if replaced(x) or (x.name not in BOOL and kept(x)):
        return False
    if x.name in BOOL:
        told = of_ignored(x) or not all(made_elsewhere(a) for a in x.args if isinstance(a, Op | Leaf))
        return True if told else None
    if x.name == "norm" and drawn(x.args[0]):
        return None
    if x.name in _TOUCHES_ZERO:
        return True
    match x:
        case Op("clamp" | "maximum", (inner, low, *_)) if low is not None:
            if interval(low) == (0.0, 0.0):
                return True
            if (isinstance(low, Leaf) and low.default is None) or (isinstance(low, Op) and x.name == "clamp"):
                return None  # somebody thought of a bound
            return reaches_zero(inner)
        case Op("minimum", ends) | Op("clamp", (_, None, *ends)) if any(interval(e) == (0, 0) for e in ends):
            return True
        case Op("minimum", (inner, top)) if interval(top)[0] > 0:
            return reaches_zero(inner)
        case Op("add", (a, b)):
            return True if probability(x) else _zero_of_sum(a, b)
        case Op("sub", (a, b)):
            return _zero_of_difference(a, b)
        case Op("mul", (a, b)):
            either = reaches_zero(a), reaches_zero(b)
            return True if True in either else False if either == (False, False) else None
        case Op("index", (_, Op() | Leaf())):
            return None  # chosen by a mask
        case Op("gather", (_, _, Leaf(call=(str() as maker, _)))) if maker.endswith("argmax"):
            return None  # the largest of them
        case Op("masked_fill", (_, _, value)):
            return True if value == 0 else None
        case Op("sum", (Op() as terms, *rest)) if _always_something(terms, rest):
            return None
        case Op("sum", (Leaf(text=text), *dim)) if PADDING.search(text) and dim[:1] in ([], [None], [0]):
            return None  # a row can be all padding, a whole batch is not
        case Op("amax", (Op("sum", (Op() as inner, *_)), *_)) if (
            probability(inner) or interval(inner)[0] == 0.0
        ):
            return None  # the largest of sums that are not negative
        case Op("sum", (Op() as inner, *_)) if name_of(peel(inner)) == "scatter":
            return None  # something has fallen somewhere
        case Op("sum", (inner, *_)) if others_alike(inner):
            return True
        case Op("sum" | "mean", (inner, *_)) if scaled_squares(inner):
            read = computed(inner) and not _RECORDED.search(source(inner))
            known = drawn(inner) or read or quotient(inner) or shares(inner)
            return None if known else True
        case Op("matmul", (Op() | Leaf() as a, b)) if a == b and remainder(peel(a)):
            return True  # of a vector with itself
        case Op("matmul", (a, b)) if any(scaled_squares(p) and of_spectrum(p) for p in (a, b)):
            return True  # bands of silence
        case Op("matmul", (a, b)) if any(name_of(peel(p, "sum")) in _FEATURES for p in (a, b)):
            return True if interval(a)[0] >= 0 and interval(b)[0] >= 0 else None
        case Op("prod" | "cumprod", (inner, *_)) if interval(inner)[0] >= 0:
            return True
        case Op(name, (inner, *_)) if name in SAME or name in _ZERO_AT_ZERO:
            return reaches_zero(inner)
        case _:
            return None


def _always_something(terms: Op, rest: list[Any]) -> bool:
    """Single probabilities round to zero, a whole row of them does not; one class over a batch may."""
    while terms.name in ("view", "to", "index", "gather") and isinstance(terms.args[0], Op):
        terms = terms.args[0]
    if (mixed := between(terms)) is not None:
        return all(isinstance(p, Op) and _always_something(p, rest) for p in mixed[1:])
    across = terms.name == "softmax" and len(terms.args) > 1 and bool(rest) and rest[0] != terms.args[1]
    return terms.name in ("softmax", "sigmoid", "exp", "safe_softmax") and not across


def _zero_of_sum(a: Any, b: Any) -> bool | None:
    """An added positive number is taken as a guard, even where the other term's sign is unknown."""
    for one, other in ((a, b), (b, a)):
        if interval(other)[0] > 0 and (interval(one)[0] >= 0 or isinstance(other, int | float | Leaf)):
            return False
    if lifted(a, b) or lifted(b, a):
        return False
    if complex_parts(a, b):
        return True
    both = reaches_zero(a), reaches_zero(b)
    if interval(a)[0] < 0 or interval(b)[0] < 0:
        return None
    if False in both:
        return False
    return (
        True
        if all(zero or distance(t) for zero, t in zip(both, (a, b), strict=True)) and True in both
        else None
    )


def _zero_of_difference(a: Any, b: Any) -> bool | None:
    if extent(a, b):
        return True
    if interval(a)[0] >= 0 >= interval(b)[1] and reaches_zero(a) and reaches_zero(b):
        return True  # a range that is made to hold 0
    if (
        isinstance(a, Leaf)
        and isinstance(b, Leaf)
        and (pairwise(a, b) or box_side(a, b) or measured_range(a, b))
    ):
        return True
    if distributed(a) and distributed(b):
        return True  # nothing is left between them in a tail
    if isinstance(a, Op) and isinstance(b, Op) and a.name == b.name == "pow" and a.args[1:] == b.args[1:]:
        return _zero_of_difference(a.args[0], b.args[0])
    if square_by_count(b) or spread(a, b):
        return True
    if a == 1:
        if isinstance(b, Op) and b.name == "pow" and decay_of_count(b):
            return True  # an effective number of no samples
        inner = b
        while isinstance(inner, Op) and inner.name in ("view", "to", "index"):
            inner = inner.args[0]
        if isinstance(inner, Op) and inner.name == "sum" and squares(inner.args[0]):
            return True  # on the edge of the unit ball
        if name_of(inner) == "rand":
            return False  # drawn from [0, 1)
        if interval(inner)[1] == 1:
            return True
        if isinstance(inner, Op) and inner.name == "exp" and reaches_zero(inner.args[0]):
            return True  # what nothing absorbs
        if probability(inner):
            return True
        if interval(inner)[1] < 1:
            return False
    return None
