"""What is known about a value from source alone: its range and whether it can be zero.

`reaches_zero` has three answers: True (the operations that make it can give an exact zero), False (they
cannot: a clamp, an added epsilon), None (unknown, which is silence at regular appetite). Words in a name
(`eps`, `mask`, `probs`) are taken as what they say.
"""

from __future__ import annotations

import math
import re
from typing import Any

from numsan.core.op import Leaf, Op

INF = math.inf
EPSILON = re.compile(r"(^|[._\W])(eps(ilon)?|tiny|jitter|damp\w*|smooth\w*|floor|min_\w+)($|\W|_)|EPS", re.I)
MASKISH = re.compile(r"mask|valid|keep|alive|present|select|visible|is_[a-z]", re.I)
PROBABILITY = re.compile(
    r"(^|[._])(p|y_pred|y_hat|y_prob|prob|probs|probabilit\w+|pt|pi|p_\w+|\w+_probs?|q_\w+|attn|softmax\w*)$", re.I
)
DEGREE = re.compile(r"(^|[._])(in|out|node|row)?_?deg(ree)?s?($|[.\[(])|count|row_?sum", re.I)
NUMBER = re.compile(r"num|^n_|ratio|len|size|count|dim|width|height|shape|id", re.I)
_BOOL = frozenset(
    ("gt", "lt", "ge", "le", "eq", "ne", "logical_not", "logical_and", "logical_or", "isfinite", "isnan")
)
_SAME = frozenset(("view", "to", "index", "gather", "amax", "amin", "mean", "cumsum", "safe"))
_TOUCHES_ZERO = frozenset(
    (
        *("relu", "softmax", "sigmoid", "safe_softmax", "det", "std", "var", "norm", "cdist", "one_hot"),
        *("rand", "exponential", "mse_loss"),
    )
)
_ZERO_AT_ZERO = frozenset(("abs", "neg", "sqrt", "pow", "sum", "div", "prod", "cumprod", "atan", "tanh"))
_EVEN = (2, 2.0, 4, 4.0)


def interval(x: Any) -> tuple[float, float]:
    """Bounds of every element; (-inf, inf) where nothing is known."""
    if isinstance(x, bool | int | float):
        return float(x), float(x)
    if isinstance(x, Leaf):
        return _leaf_interval(x)
    if isinstance(x, Op) and x.name in _FIXED:
        return _tanh(x) if x.name == "tanh" else _FIXED[x.name]
    if not isinstance(x, Op) or not x.args:
        return -INF, INF
    if x.name in _BOOL:
        return 0.0, 1.0
    if x.name == "bounded":  # by a function of the user whose name says so
        return -20.0, 20.0
    if x.name in _SAME:
        return interval(x.args[0])
    rule = _RULES.get(x.name)
    return (-INF, INF) if rule is None else rule(x)


def _leaf_interval(x: Leaf) -> tuple[float, float]:
    if x.default is not None and 0 < x.default < 0.01:
        return x.default, INF
    if EPSILON.search(x.text):
        return 2.3e-16, INF  # no smaller one would be seen next to 1
    return (0.0, 1.0) if MASKISH.search(x.text) else (-INF, INF)


_FIXED = {
    "softmax": (0.0, 1.0), "sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, INF),
    "abs": (0.0, INF), "norm": (0.0, INF), "std": (0.0, INF), "var": (0.0, INF), "softplus": (0.0, INF),
    "sqrt": (0.0, INF), "log_softmax": (-INF, 0.0), "logsigmoid": (-INF, 0.0), "erf": (-1.0, 1.0),
    "cdist": (0.0, INF),
    "sin": (-1.0, 1.0), "cos": (-1.0, 1.0), "hypot": (0.0, INF), "cosine_similarity": (-1.0, 1.0),
    "normalize": (-1.0, 1.0),
    "safe_softmax": (0.0, 1.0), "mse_loss": (0.0, INF), "cross_entropy": (0.0, INF), "exp2": (0.0, INF),
    "erfc": (0.0, 2.0), "rand": (0.0, 1.0), "exponential": (0.0, INF), "isinf": (0.0, 1.0),
}  # fmt: skip


def _tanh(x: Op) -> tuple[float, float]:
    """It grows with its argument, and rounds to exactly 1."""
    low, high = interval(x.args[0])
    return math.tanh(low), math.tanh(high)


def _add(x: Op) -> tuple[float, float]:
    (a, b), (c, d) = interval(x.args[0]), interval(x.args[1])
    return a + c if len(x.args) == 2 else -INF, b + d if len(x.args) == 2 else INF


def _sub(x: Op) -> tuple[float, float]:
    a, b = x.args[0], x.args[1]
    if isinstance(b, Op) and b.name in ("amax", "maximum", "logsumexp") and _under(b, a):
        return -INF, 0.0
    if isinstance(b, Op) and b.name in ("amin", "minimum") and _under(b, a):
        return 0.0, INF
    if isinstance(a, Op) and isinstance(b, Op) and a.name == "minimum" and b.name == "maximum":
        if all(any(p == q for q in b.args) for p in a.args):
            return -INF, 0.0
    (al, ah), (bl, bh) = interval(a), interval(b)
    return _plus(al, -bh), _plus(ah, -bl)


def _under(reduced: Op, value: Any) -> bool:
    inner = reduced.args[0]
    while isinstance(inner, Op) and inner.name == "view":
        inner = inner.args[0]
    return inner is value or inner == value


def _plus(a: float, b: float) -> float:
    return a + b if not (math.isinf(a) and math.isinf(b) and a != b) else -INF


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


def _mul(x: Op) -> tuple[float, float]:
    if x.args[0] is x.args[1] or x.args[0] == x.args[1]:
        return max(interval(x.args[0])[0], 0.0) ** 2, INF
    (a, b), (c, d) = interval(x.args[0]), interval(x.args[1])
    corners = [_times(p, q) for p in (a, b) for q in (c, d)]
    return min(corners), max(corners)


def _div(x: Op) -> tuple[float, float]:
    (a, b), (c, _) = interval(x.args[0]), interval(x.args[1])
    if c >= 0:
        return (0.0 if a >= 0 else -INF), (0.0 if b <= 0 else INF)
    return -INF, INF


def _neg(x: Op) -> tuple[float, float]:
    a, b = interval(x.args[0])
    return -b, -a


def _pow(x: Op) -> tuple[float, float]:
    a, _ = interval(x.args[0])
    if a > 0 and isinstance(x.args[1], int | float) and 0 < x.args[1] <= 4:
        return a ** x.args[1], INF
    return (0.0, INF) if x.args[1] in _EVEN or a >= 0 else (-INF, INF)


def _exp(x: Op) -> tuple[float, float]:
    high = interval(x.args[0])[1]
    return 0.0, math.exp(high) if high < 700 else INF


def _clamp(x: Op) -> tuple[float, float]:
    a, b = interval(x.args[0])
    low = interval(x.args[1])[0] if len(x.args) > 1 and x.args[1] is not None else -INF
    high = interval(x.args[2])[1] if len(x.args) > 2 and x.args[2] is not None else INF
    return min(max(a, low), high), max(min(b, high), low)


def _sum(x: Op) -> tuple[float, float]:
    a, b = interval(x.args[0])
    return (0.0 if a >= 0 else -INF), (0.0 if b <= 0 else INF)


def _maximum(x: Op) -> tuple[float, float]:
    (a, b), (c, d) = interval(x.args[0]), interval(x.args[1])
    return max(a, c), max(b, d)


def _minimum(x: Op) -> tuple[float, float]:
    (a, b), (c, d) = interval(x.args[0]), interval(x.args[1])
    return min(a, c), min(b, d)


def _where(x: Op) -> tuple[float, float]:
    (a, b), (c, d) = interval(x.args[1]), interval(x.args[2])
    return min(a, c), max(b, d)


_RULES = {
    "add": _add, "exp": _exp, "sub": _sub, "mul": _mul, "div": _div, "neg": _neg, "pow": _pow,
    "clamp": _clamp,
    "sum": _sum,
    "maximum": _maximum, "minimum": _minimum, "where": _where, "prod": _sum, "cumprod": _sum,
}  # fmt: skip


def differentiable(x: Any) -> bool:
    """Whether a gradient can flow: comparisons, counts of them and detached values have none."""
    if isinstance(x, Leaf):
        return ".detach()" not in x.text
    if not isinstance(x, Op) or x.name in _BOOL or x.name == "one_hot":
        return False
    if x.name == "view" and ".detach()" in str(getattr(x.where, "text", ""))[-12:]:
        return False
    return any(differentiable(a) for a in x.args)


def reaches_zero(x: Any) -> bool | None:
    """Whether an element can be exactly zero: True, False or None (unknown)."""
    if isinstance(x, bool | int | float):
        return x == 0
    if isinstance(x, Leaf):
        return False if EPSILON.search(x.text) else True if _is_mask(x) else None
    if not isinstance(x, Op):
        return None
    low, high = interval(x)
    if low > 0 or high < 0:
        return False
    return _zero(x)


def _is_mask(x: Leaf) -> bool:
    return bool(MASKISH.search(x.text)) and not NUMBER.search(x.text)


def _zero(x: Op) -> bool | None:
    if x.name in _TOUCHES_ZERO or x.name in _BOOL:
        return True
    match x:
        case Op("clamp" | "maximum", (inner, low, *_)) if low is not None:
            return True if interval(low) == (0.0, 0.0) else reaches_zero(inner)
        case Op("add", (a, b)):
            return _zero_of_sum(a, b)
        case Op("sub", (a, b)):
            return _zero_of_difference(a, b)
        case Op("mul", (a, b)):
            either = reaches_zero(a), reaches_zero(b)
            return True if True in either else False if either == (False, False) else None
        case Op("masked_fill", (_, _, value)):
            return True if value == 0 else None
        case Op("sum", (Op() as terms, *_)) if _always_something(terms):
            return None
        case Op("sum" | "mean", (inner, *_)) if _even_power(inner):
            return True
        case Op("prod" | "cumprod", (inner, *_)) if interval(inner)[0] >= 0:
            return True
        case Op(name, (inner, *_)) if name in _SAME or name in _ZERO_AT_ZERO:
            return reaches_zero(inner)
        case _:
            return None


def _even_power(x: Any) -> bool:
    """Squares: their sum is zero for a zero vector, as its norm is."""
    match x:
        case Op("pow", (_, 2 | 2.0)):
            return True
        case Op("mul", (a, b)):
            return a is b or (isinstance(a, Op | Leaf) and a == b)
        case Op("view" | "to", (inner, *_)):
            return _even_power(inner)
        case _:
            return False


def _always_something(terms: Op) -> bool:
    """Single probabilities round to zero, a whole row of them does not."""
    while terms.name in ("view", "to", "index", "gather") and isinstance(terms.args[0], Op):
        terms = terms.args[0]
    return terms.name in ("softmax", "sigmoid", "exp", "safe_softmax")


def _zero_of_sum(a: Any, b: Any) -> bool | None:
    """An added positive number is taken as a guard, even where the other term's sign is unknown."""
    for one, other in ((a, b), (b, a)):
        if interval(other)[0] > 0 and (interval(one)[0] >= 0 or isinstance(other, int | float | Leaf)):
            return False
    both = reaches_zero(a), reaches_zero(b)
    if interval(a)[0] >= 0 and interval(b)[0] >= 0:
        return False if False in both else True if both == (True, True) else None
    return None


def _zero_of_difference(a: Any, b: Any) -> bool | None:
    if isinstance(a, Op) and isinstance(b, Op) and a.name == "amax" and b.name == "amin":
        return True
    if isinstance(a, Leaf) and isinstance(b, Leaf) and (_pairwise(a, b) or _extent(a, b)):
        return True
    if isinstance(a, Op) and isinstance(b, Op) and a.name == b.name == "pow" and a.args[1:] == b.args[1:]:
        return _zero_of_difference(a.args[0], b.args[0])
    if a == 1:
        inner = b
        while isinstance(inner, Op) and inner.name in ("view", "to", "index"):
            inner = inner.args[0]
        if interval(inner)[1] == 1:
            return True
        if isinstance(inner, Leaf) and PROBABILITY.search(inner.text):
            return True
        if interval(inner)[1] < 1:
            return False
    return None


_WHOLE = re.compile(r"^(.+?)(\.unsqueeze\([^()]*\)|\.transpose\([^()]*\)|\.mT|\.T|\.t\(\)|\.permute\([^()]*\)|\[[:., None]*None[:., None]*\])$")
_TURNED = re.compile(r"^(?:\w+\.)*(?:swapaxes|transpose|expand_dims|unsqueeze|moveaxis)\(([\w.]+),[^()]*\)$")
_COLUMN = re.compile(r"^(.+)\[(?:\.\.\.|:), ?(\d)(?:, ?None)?\]$")


def _pairwise(a: Leaf, b: Leaf) -> bool:
    """`x[:, None] - x[None, :]`: every element meets itself."""
    one, other = _whole(a.text), _whole(b.text)
    bases = (one or a.text, other or b.text)
    return a.text != b.text and bases[0] == bases[1] and (one is not None or other is not None)


def _whole(text: str) -> str | None:
    found = _WHOLE.match(text) or _TURNED.match(text)
    return None if found is None else found[1]


def _extent(a: Leaf, b: Leaf) -> bool:
    """`boxes[:, 2] - boxes[:, 0]`: a box can be empty."""
    one, other = _COLUMN.match(a.text), _COLUMN.match(b.text)
    return one is not None and other is not None and one[1] == other[1] and int(one[2]) == int(other[2]) + 2
