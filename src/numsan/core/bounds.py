"""The range of a value, as far as source alone tells it.

Words in a name (`eps`, `mask`, `probs`) are taken as what they say.
"""

from __future__ import annotations

import math
import re
from typing import Any

from numsan.core.forms import below_own_maximum, chosen, complement, under, unshifted
from numsan.core.op import Leaf, Op
from numsan.core.overlaps import mixed, share

INF = math.inf
EPSILON = re.compile(r"(^|[._\W])(eps(ilon)?|tiny|jitter|damp\w*|smooth\w*|floor|min_\w+)($|\W|_)|EPS", re.I)
MASKISH = re.compile(r"mask|valid|keep|alive|present|select|visible|legal|allowed|is_[a-z]", re.I)
PROBABILITY = re.compile(
    r"(^|[._])(p|y_pred|y_hat|y_prob|prob|probs|probabilit\w+|pt|pt_\w+|pi|p_\w+|\w+_probs?|q_\w+|attn|softmax\w*)$",
    re.I,
)
NO_PROBABILITY = re.compile(r"(^|[._])((max|min|n|num|top|len)_p$|prior_prob)|\bxp\.pi$", re.I)
DEGREE = re.compile(
    r"(^|[._])(in|out|node|row)?_?deg(ree)?s?($|[.\[(])|count|popularity|coverage|row_?sum", re.I
)
# never negative
HYPER = re.compile(
    r"(^|[._\[\"'])(weight_decay|wd|lr|learning_rate|momentum|reg|bandwidth|lengthscale)([\"'\]]|$)"
)
TEMPERATURE = re.compile(r"(^|[._])(temp(erature)?|tau)$", re.I)
SHARE = re.compile(r"(^|[._])(m?ious?|jaccard|dice)(_(score|coef\w*))?$", re.I)
LEAST = re.compile(r"^(min|lo|smaller)(_?val(ue)?|imum)?$")
GREATEST = re.compile(r"^(max|hi|larger)(_?val(ue)?|imum)?$")
NUMBER = re.compile(r"num|^n_|ratio|len|size|count|dim|width|height|shape|id", re.I)
BOOL = frozenset(
    ("gt", "lt", "ge", "le", "eq", "ne", "logical_not", "logical_and", "logical_or", "isfinite", "isnan")
)
SAME = frozenset(("view", "to", "index", "gather", "amax", "amin", "mean", "cumsum", "safe", "round"))
_ZEROS = re.compile(r"^(\w+\.)*zeros(_like)?\(.*\)$")
_EVEN = (2, 2.0, 4, 4.0)


def probability(x: Any) -> bool:
    """Whether names say that `x` is one, also where it is one of two choices."""
    if (p := chosen(x)) is not None:
        return probability(p) or (isinstance(p, Op) and p.name in ("softmax", "sigmoid"))
    while isinstance(x, Op) and x.name in ("view", "to", "index", "gather") and x.args:
        if x.name == "index" and isinstance(x.args[-1], Op) and x.args[-1].args[:1] == x.args[:1]:
            return False  # those that are larger than 0
        x = x.args[0]
    if isinstance(x, Op) and x.name == "where" and len(x.args) == 3:
        ok = x.args[0]
        if isinstance(ok, Op) and any(
            a == b for a in ok.args for b in x.args[1:] if isinstance(a, Leaf | Op)
        ):
            return False  # a value selected by its own size
        p, q = x.args[1:]
        if complement(p, q) or complement(q, p):
            return True  # one of which is chosen by a label
        return probability(x.args[1]) or probability(x.args[2])
    return isinstance(x, Leaf) and bool(PROBABILITY.search(x.text)) and not NO_PROBABILITY.search(x.text)


def interval(x: Any) -> tuple[float, float]:
    """Bounds of every element; (-inf, inf) where nothing is known."""
    if isinstance(x, bool | int | float):
        return float(x), float(x)
    if isinstance(x, Leaf):
        return _leaf_interval(x)
    if not isinstance(x, Op):
        return -INF, INF
    if x.bounds is None:  # asked again and again, by every rule about what is made from it
        object.__setattr__(x, "bounds", _op_interval(x))
    return x.bounds or (-INF, INF)


def _op_interval(x: Op) -> tuple[float, float]:
    if x.name in _FIXED:
        return _tanh(x) if x.name == "tanh" else _FIXED[x.name]
    if not x.args:
        return -INF, INF
    if x.name in BOOL:
        return 0.0, 1.0
    if x.name == "bounded":  # by a function of the user whose name says so
        return -20.0, 20.0
    if x.name in SAME:
        return interval(x.args[0])
    rule = _RULES.get(x.name)
    return (-INF, INF) if rule is None else rule(x)


def _leaf_interval(x: Leaf) -> tuple[float, float]:
    if _ZEROS.search(x.text):
        return 0.0, 0.0
    if x.default is not None and 0 < x.default < 0.01:
        return x.default, INF
    if x.default == 0 and EPSILON.search(x.text):
        return 0.0, INF  # nobody has to choose another one
    if EPSILON.search(x.text):
        return 2.3e-16, INF  # no smaller one would be seen next to 1
    if TEMPERATURE.search(x.text) or HYPER.search(x.text):
        return 0.0, INF
    return (0.0, 1.0) if MASKISH.search(x.text) or SHARE.search(x.text) else (-INF, INF)


_FIXED = {
    "softmax": (0.0, 1.0), "sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, INF),
    "abs": (0.0, INF), "norm": (0.0, INF), "std": (0.0, INF), "var": (0.0, INF), "softplus": (0.0, INF),
    "log_softmax": (-INF, 0.0), "logsigmoid": (-INF, 0.0), "erf": (-1.0, 1.0),
    "cdist": (0.0, INF), "global_norm": (0.0, INF),
    "sin": (-1.0, 1.0), "cos": (-1.0, 1.0), "hypot": (0.0, INF), "cosine_similarity": (-1.0, 1.0),
    "normalize": (-1.0, 1.0),
    "safe_softmax": (0.0, 1.0), "mse_loss": (0.0, INF), "cross_entropy": (0.0, INF), "exp2": (0.0, INF),
    "erfc": (0.0, 2.0), "rand": (0.0, 1.0), "exponential": (1e-45, INF), "isinf": (0.0, 1.0),
    "ones": (1.0, 1.0),
}  # fmt: skip


def _tanh(x: Op) -> tuple[float, float]:
    """It grows with its argument, and rounds to exactly 1."""
    low, high = interval(x.args[0])
    return math.tanh(low), math.tanh(high)


def _add(x: Op) -> tuple[float, float]:
    if (p := chosen(x)) is not None and interval(p) == (0.0, 1.0):
        return 0.0, 1.0
    (a, b), (c, d) = interval(x.args[0]), interval(x.args[1])
    return a + c if len(x.args) == 2 else -INF, b + d if len(x.args) == 2 else INF


def _sub(x: Op) -> tuple[float, float]:
    a, b = x.args[0], x.args[1]
    if below_own_maximum(x):
        return -INF, 0.0
    b = unshifted(b)
    if isinstance(b, Op) and b.name in ("amin", "minimum") and under(b, a):
        return 0.0, INF
    if isinstance(b, Leaf) and b.call is not None and "max" in b.call[0] and b.call[1] == a:
        return -INF, 0.0  # by a function of the user whose name says so
    if _least_and_greatest(a, b):
        return -INF, 0.0
    (al, ah), (bl, bh) = interval(a), interval(b)
    return _plus(al, -bh), _plus(ah, -bl)


def _least_and_greatest(a: Any, b: Any) -> bool:
    """`minimum(p, q)` and `maximum(p, q)` of the same two, or what is called so."""
    match a, b:
        case Op("minimum", ps), Op("maximum", qs):
            return all(any(p == q for q in qs) for p in ps)
        case Leaf(), Leaf():
            return bool(LEAST.search(a.text) and GREATEST.search(b.text))
        case _:
            return False


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
    if share(x.args[0], x.args[1]):
        return 0.0, 1.0
    (a, b), (c, _) = interval(x.args[0]), interval(x.args[1])
    if isinstance(x.args[1], int | float) and x.args[1] > 0:
        return a / x.args[1], b / x.args[1]
    usual = x.args[1].default if isinstance(x.args[1], Leaf) else None
    if isinstance(usual, int | float) and usual > 0 and math.isfinite(a) and math.isfinite(b):
        return a / usual, b / usual
    if c >= 0:
        return (0.0 if a >= 0 else -INF), (0.0 if b <= 0 else INF)
    return -INF, INF


def _neg(x: Op) -> tuple[float, float]:
    a, b = interval(x.args[0])
    return -b, -a


def _pow(x: Op) -> tuple[float, float]:
    a, b = interval(x.args[0])
    if x.args[1] in (2, 2.0) and b <= 1 and a >= -1:
        return 0.0, max(a * a, b * b)
    if a > 0 and isinstance(x.args[1], int | float) and 0 < x.args[1] <= 4:
        return a ** x.args[1], INF
    return (0.0, INF) if x.args[1] in _EVEN or a >= 0 else (-INF, INF)


def _exp(x: Op) -> tuple[float, float]:
    high = interval(x.args[0])[1]
    return 0.0, math.exp(high) if high < 700 else INF


def _log(x: Op) -> tuple[float, float]:
    low, high = interval(x.args[0])
    return math.log(low) if 0 < low < INF else -INF, math.log(high) if 0 < high < INF else INF


def _sqrt(x: Op) -> tuple[float, float]:
    low = interval(x.args[0])[0]
    return math.sqrt(low) if 0 < low < INF else 0.0, INF


def _clamp(x: Op) -> tuple[float, float]:
    a, b = interval(x.args[0])
    low = interval(x.args[1])[0] if len(x.args) > 1 and x.args[1] is not None else -INF
    high = interval(x.args[2])[1] if len(x.args) > 2 and x.args[2] is not None else INF
    return min(max(a, low), high), max(min(b, high), low)


def _sum(x: Op) -> tuple[float, float]:
    if (values := mixed(x)) is not None:
        return interval(values)
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


def _matmul(x: Op) -> tuple[float, float]:
    """Of unit vectors: cosines."""
    return (-1.0, 1.0) if all(_unit(a) for a in x.args) else (-INF, INF)


def _unit(x: Any) -> bool:
    while isinstance(x, Op) and x.name in ("view", "index", "to"):
        x = x.args[0]
    return isinstance(x, Op) and x.name == "normalize"


_RULES = {
    "matmul": _matmul,
    "add": _add, "exp": _exp, "log": _log, "sqrt": _sqrt, "sub": _sub, "mul": _mul, "div": _div, "neg": _neg, "pow": _pow,
    "clamp": _clamp,
    "sum": _sum,
    "maximum": _maximum, "minimum": _minimum, "where": _where, "prod": _sum, "cumprod": _sum,
}  # fmt: skip
