"""Whether a value can be exactly zero, and whether a gradient can flow into it, as far as source alone tells it.

`reaches_zero` has three answers: True (the operations that make it can give an exact zero), False (they
cannot: a clamp, an added epsilon), None (unknown, which is silence at regular appetite).
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import BOOL, EPSILON, MASKISH, NUMBER, SAME, interval, probability
from numsan.core.cdf import distributed
from numsan.core.made import drawn, made_elsewhere, maker
from numsan.core.op import Leaf, Op
from numsan.core.pairs import box_side, eigenvalue, measured_range, pairwise
from numsan.core.ranges import extent
from numsan.core.squares import computed, of_spectrum, scaled_squares, squares
from numsan.core.values import bare, peel, source

_TOUCHES_ZERO = frozenset(
    (
        *("relu", "softmax", "sigmoid", "safe_softmax", "det", "std", "var", "norm", "cdist", "one_hot"),
        *("rand", "mse_loss", "scatter", "global_norm"),
    )
)
_FEATURES = ("relu", *BOOL)
_POSITIVE = ("softmax", "safe_softmax", "exp")
_ZERO_AT_ZERO = frozenset(
    (
        "abs",
        "neg",
        "sqrt",
        "pow",
        "sum",
        "div",
        "prod",
        "cumprod",
        "atan",
        "tanh",
        "round",
        "floor",
        "tan",
        "sinh",
    )
)
# sizes, masks, and what a data set hands to a model
_CONSTANT = re.compile(
    r"\.detach\(\)|\.shape\b|\.size\(|\.item\(\)$|^(input_(values|features|ids)|pixel_values|(\w+_)?mask)$"
)
_ADJACENT = re.compile(r"(^|[._])adj(acency)?(_\w+)?($|[.\[(])", re.I)
_BETA = re.compile(r"(^|[._])beta$")
_SAMPLES = re.compile(r"samples|counts?|num_per|per_cls|per_class|freq|cls_num", re.I)
_EYE = re.compile(r"\b(eye|diag)\(")
PADDING = re.compile(r"attention_mask|pad(ding)?_mask|(input|output)_masks?\b", re.I)
RECORDED = re.compile(r"audio|(^|[^a-z])wave?s?($|[^a-z])|waveform|speech", re.I)  # a recording may be silent
_REMAINDERS = re.compile(r"(^|[._])(r|g|res(id\w*)?|grad\w*|delta\w*|diff\w*)$")
IGNORED = re.compile(r"ignore_?(index|idx|id|label|value)|label_ignore", re.I)


def differentiable(x: Any) -> bool:
    """Whether a gradient can flow: comparisons, counts of them and detached values have none."""
    if isinstance(x, Leaf):
        number = x.call is not None and x.call[0] == "item"
        return not (number or _CONSTANT.search(x.text) or x.text.endswith((".grad", ".grad.data")))
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
    if x.name in BOOL:
        told = _of_ignored(x) or not all(made_elsewhere(a) for a in x.args if isinstance(a, Op | Leaf))
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
        case Op("sum", (Op() as inner, *_)) if _name(peel(inner)) == "scatter":
            return None  # something has fallen somewhere
        case Op("sum", (inner, *_)) if _others_alike(inner):
            return True
        case Op("sum" | "mean", (inner, *_)) if scaled_squares(inner):
            read = computed(inner) and not RECORDED.search(source(inner))
            known = drawn(inner) or read or _quotient(inner) or _shares(inner)
            return None if known else True
        case Op("matmul", (Op() | Leaf() as a, b)) if a == b and _remainder(peel(a)):
            return True  # of a vector with itself
        case Op("matmul", (a, b)) if any(scaled_squares(p) and of_spectrum(p) for p in (a, b)):
            return True  # bands of silence
        case Op("matmul", (a, b)) if any(_name(peel(p, "sum")) in _FEATURES for p in (a, b)):
            return True if interval(a)[0] >= 0 and interval(b)[0] >= 0 else None
        case Op("prod" | "cumprod", (inner, *_)) if interval(inner)[0] >= 0:
            return True
        case Op(name, (inner, *_)) if name in SAME or name in _ZERO_AT_ZERO:
            return reaches_zero(inner)
        case _:
            return None


def _remainder(x: Any) -> bool:
    """A residual, a gradient, a difference: what iterations make vanish."""
    return (isinstance(x, Op) and x.name == "sub") or (
        isinstance(x, Leaf) and bool(_REMAINDERS.search(x.text))
    )


def _of_ignored(x: Op) -> bool:
    """`labels != ignore_index`, wherever the labels come from: a micro-batch may hold none that counts."""
    return x.name == "ne" and any(
        a == -100 or (isinstance(a, Leaf) and IGNORED.search(a.text)) for a in x.args
    )


def _shares(squared: Any) -> bool:
    """Squares of a softmax, or of exponentials: a row of them holds one that is not 0."""
    held = peel(squared)
    return isinstance(held, Op) and held.name in ("pow", "mul") and _name(peel(held.args[0])) in _POSITIVE


def _quotient(squared: Any) -> bool:
    """Squares of a vector that has been divided by its length."""
    held = peel(squared)
    return isinstance(held, Op) and _name(peel(held.args[0], "neg")) == "div"


def _others_alike(x: Any) -> bool:
    """`(labels[:, None] == labels) - eye(n)`: nobody else has the label; `adj - eye(n)`: a node without a neighbour."""
    match peel(x):
        case Op("sub", (same, Leaf(text=text))):
            adjacent = isinstance(held := peel(same), Leaf) and _ADJACENT.search(held.text)
            return bool(_EYE.search(text) and (_name(same) in BOOL or adjacent))
        case _:
            return False


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
    if _lifted(a, b) or _lifted(b, a):
        return False
    if _complex_parts(a, b):
        return True
    both = reaches_zero(a), reaches_zero(b)
    if interval(a)[0] < 0 or interval(b)[0] < 0:
        return None
    if False in both:
        return False
    return (
        True
        if all(zero or _distance(t) for zero, t in zip(both, (a, b), strict=True)) and True in both
        else None
    )


def _complex_parts(a: Any, b: Any) -> bool:
    """`z.real**2 + z.imag**2`: a bin without energy."""
    parts = sorted(source(p.args[0]) for p in (a, b) if isinstance(p, Op) and squares(p))
    if len(parts) != 2 or not parts[0].endswith(".imag"):
        return False
    return parts[1] == f"{parts[0].removesuffix('.imag')}.real"


def _lifted(x: Any, by: Any) -> bool:
    """`d + (d == 0) * 1e-16`: raised exactly where it is 0."""
    match peel(by):
        case Op("mul", (p, q)):
            return _lifted(x, p) or _lifted(x, q)
        case Op("eq", (tested, 0 | 0.0)):
            return peel(tested) == peel(x)
        case _:
            return False


def _distance(x: Any) -> bool:
    """`(a - b) ** 2`, which is 0 where what stands beside it is, too."""
    return squares(x) and isinstance(x, Op) and isinstance(x.args[0], Op) and x.args[0].name == "sub"


def between(x: Any) -> tuple[Any, Any, Any] | None:
    """`g`, `p` and `q` of `(1 - g) * p + g * q`."""
    match x:
        case Op("add", (Op("mul", (Op("sub", (1 | 1.0, g)), p)), Op("mul", (h, q)))) if g == h:
            return g, p, q
        case Op("add", (Op("mul", (h, q)), Op("mul", (Op("sub", (1 | 1.0, g)), p)))) if g == h:
            return g, p, q
        case _:
            return None


def _name(x: Any) -> str:
    held = bare(x)
    return held.name if isinstance(held, Op) else ""


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
    if _square_by_count(b) or _spread(a, b):
        return True
    if a == 1:
        if isinstance(b, Op) and b.name == "pow" and _decay_of_count(b):
            return True  # an effective number of no samples
        inner = b
        while isinstance(inner, Op) and inner.name in ("view", "to", "index"):
            inner = inner.args[0]
        if isinstance(inner, Op) and inner.name == "sum" and squares(inner.args[0]):
            return True  # on the edge of the unit ball
        if _name(inner) == "rand":
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


def _decay_of_count(x: Op) -> bool:
    """`beta ** n` of a number of samples, not of a step that begins at 1."""
    match x:
        case Op("pow", (Leaf(text=base), Leaf(text=n))):
            return bool(_BETA.search(base) and _SAMPLES.search(n))
        case _:
            return False


def _spread(a: Any, b: Any) -> bool:
    """`(d**2).mean() - c * d.mean()**2`: nothing is left of equal numbers, or of zeros."""
    match a, b:
        case Op("mean", (squared, *_)), Op("mul", (int() | float() | Leaf(), Op() as mean)):
            return squares(squared) and _spread(a, mean)
        case Op("mean", (Op(_, (x, *_)) as squared, *_)), Op("pow", (Op("mean", (y, *_)), 2 | 2.0)):
            return squares(squared) and x == y
        case _:
            return False


def _square_by_count(x: Any) -> bool:
    """`s * (s / n)`, what is taken from a sum of squares: nothing is left of equal numbers."""
    match x:
        case Op("mul", (a, Op("div", (b, _)))) | Op("mul", (Op("div", (b, _)), a)):
            return a == b and isinstance(a, Op | Leaf)
        case _:
            return False
