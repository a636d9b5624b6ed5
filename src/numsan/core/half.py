"""Which values source alone shows to be float16."""

from __future__ import annotations

from typing import Any

from numsan.core.op import Leaf, Op

_OF_FIRST = frozenset(
    (
        *(
            "view",
            "index",
            "gather",
            "neg",
            "abs",
            "relu",
            "sum",
            "mean",
            "amax",
            "amin",
            "var",
            "std",
            "norm",
        ),
        *(
            "sqrt",
            "rsqrt",
            "clamp",
            "tanh",
            "sigmoid",
            "masked_fill",
            "normalize",
            "cumsum",
            "softmax",
            "safe",
        ),
    )
)
# under autocast these run in float32 whatever they are given
_WIDENED = frozenset(
    ("sum", "norm", "softmax", "rsqrt", "pow", "exp", "log", "cumsum", "normalize", "var", "std")
)
_OF_ALL = frozenset(("add", "sub", "mul", "div", "pow", "maximum", "minimum", "matmul"))


def in_half(x: Any, leaves: bool = True) -> bool:
    """Whether `x` is float16: cast to it, made from such values, or (`leaves`) a name in a file that runs in it.

    >>> in_half(Op("mul", (Op("to", (Leaf("x"), "float16")), 2.0)))
    True
    """
    if isinstance(x, Leaf):
        return leaves and x.half == "model"
    if not isinstance(x, Op) or not x.args:
        return False
    if x.name == "to":
        return x.args[-1] == "float16"
    if x.name in _OF_FIRST:
        return in_half(x.args[0], leaves)
    values = [a for a in x.args[:2] if isinstance(a, Op | Leaf)]
    return x.name in _OF_ALL and bool(values) and all(in_half(a, leaves) for a in values)


def under_autocast(x: Any) -> bool:
    """Whether `x` may be float16 because the file runs under float16 autocast."""
    if isinstance(x, Leaf):
        return x.half != ""
    if not isinstance(x, Op) or not x.args or x.name in _WIDENED:
        return False
    if x.name == "to":
        return x.args[-1] == "float16"
    values = [a for a in x.args[: 1 if x.name in _OF_FIRST else 2] if isinstance(a, Op | Leaf)]
    return x.name in _OF_FIRST | _OF_ALL and bool(values) and all(map(under_autocast, values))
