"""Which values source alone shows to be float16."""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op, leaves

# in the format of what they are given first
_OF_FIRST = frozenset((
    "view", "index", "gather", "neg", "abs", "relu", "sum", "mean", "amax", "amin", "var", "std", "norm", "sqrt",
    "rsqrt", "clamp", "tanh", "sigmoid", "masked_fill", "normalize", "cumsum", "softmax", "safe", "pow", "exp",
    "expm1", "log", "log1p", "log_softmax", "softplus", "gelu", "elu", "silu", "round", "prod", "cumprod",
    "logsumexp", "binary_cross_entropy_with_logits",
))  # fmt: skip
# under autocast these run in float32 whatever they are given
_WIDENED = frozenset((
    "sum", "norm", "softmax", "rsqrt", "pow", "exp", "log", "cumsum", "normalize", "var", "std", "expm1", "log1p",
    "log_softmax", "softplus", "prod", "cumprod", "logsumexp", "binary_cross_entropy_with_logits",
))  # fmt: skip
_OF_ALL = frozenset(("add", "sub", "mul", "div", "maximum", "minimum", "matmul", "einsum"))
_NARROWED = frozenset(("matmul", "einsum"))  # under autocast these run in float16 whatever they are given

_SCALAR = re.compile(
    r"(^|[._])(\w*scale|\w*dim|\w*size|d_(k|model|head)|factor|\w*temperature|\w*temp|tau|num_\w+|n_\w+|beta\d?|b[12]|bias_correction\d?|step|lr|decay|momentum|eps)$|\.shape\[|\.size\("
)
_LAYER = re.compile(
    r"(^|[._])\w*(model|net|encoder|backbone|head|layers?|proj|linear|conv|embed\w*|attn|fc|mlp|block)\d*(\[\w+\])?$"
)


def in_half(x: Any, names: bool = True) -> bool:
    """Whether `x` is float16: cast to it, made from such values, or (`names`) a name in a file that runs in it.

    >>> in_half(Op("mul", (Op("to", (Leaf("x"), "float16")), 2.0)))
    True
    """
    if isinstance(x, Leaf):
        return (names and x.half == "model") or _of_a_layer(x, names)
    if not isinstance(x, Op) or not x.args:
        return False
    if x.name == "to":
        return x.args[-1] == "float16"
    if x.name in _OF_FIRST:
        return in_half(x.args[0], names)
    values = _tensors(x.args if x.name == "einsum" else x.args[:2])
    return x.name in _OF_ALL and bool(values) and all(in_half(a, names) for a in values)


def _tensors(args: tuple[Any, ...]) -> list[Any]:
    """Operands that have a format: a number, `scale` or `head_dim**-0.5`, takes that of the other one."""
    return [a for a in args if isinstance(a, Op | Leaf) and not _scalar(a)]


def _scalar(x: Any) -> bool:
    if isinstance(x, Leaf):
        return bool(_SCALAR.search(x.text))
    return (
        isinstance(x, Op) and x.args != () and all(isinstance(a, int | float) or _scalar(a) for a in x.args)
    )


def _of_a_layer(x: Leaf, names: bool) -> bool:
    """`model(x)` of a float16 `x`: torch's layers refuse an input of another format than their weights."""
    return x.call is not None and bool(_LAYER.search(x.call[0])) and in_half(x.call[1], names)


def under_autocast(x: Any) -> bool:
    """Whether `x` may be float16 because the file runs under float16 autocast."""
    if isinstance(x, Leaf):
        return x.half != ""
    if isinstance(x, Op) and x.name in _NARROWED:
        return any(leaf.half != "" for leaf in leaves(x)) and not any(map(_wide, x.walk()))
    if not isinstance(x, Op) or not x.args or x.name in _WIDENED:
        return False
    if x.name == "to":
        return x.args[-1] == "float16"
    values = _tensors(x.args[: 1 if x.name in _OF_FIRST else 2])
    return x.name in _OF_FIRST | _OF_ALL and bool(values) and all(map(under_autocast, values))


def _wide(op: Op) -> bool:
    """A cast that says that autocast is off here."""
    return op.name == "to" and op.args[-1] in ("float32", "float64")
