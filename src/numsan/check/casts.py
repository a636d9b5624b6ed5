"""Conversions to a format, and draws from an interval."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from numsan.core.made import PICTURE, maker
from numsan.core.op import Leaf, Op

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

CASTS = {"float": "float32", "double": "float64", "half": "float16", "bfloat16": "bfloat16"}
FORMATS = frozenset((*CASTS.values(), "uint8"))

# functions of other libraries that are one
CONVERSIONS = frozenset(("cast", "to_float", "to_int32", "to_double", "cast_to_floatx", "convert_to_tensor"))


def unit_draw(node: ast.Call, name: str, library: str) -> bool:
    """Whether a call draws from [0, 1), the zero included."""
    if any(k.arg in ("minval", "maxval", "low", "high") for k in node.keywords):
        return False
    return name != "uniform" or len(node.args) <= {"numpy": 0, "jax": 2}.get(library, 1)


def cast(low: Lowering, node: ast.Call, value: Any) -> Any:
    for argument in (*node.args, *(k.value for k in node.keywords if k.arg == "dtype")):
        into = dtype(low, argument) or dtype_of_name(low, argument)
        if into is not None:
            return low.op(node, "to", value, into)
    if isinstance(value, Leaf):
        return same_maker(low, node, value)
    return low.op(node, "view", value) if isinstance(value, Op) else low.leaf(node)


def same_maker(low: Lowering, node: ast.expr, value: Leaf) -> Leaf:
    """A view or a cast of a value is made where that was; an attribute, with the object."""
    call = (value.text, None) if value.call is None and value.text.startswith("self.") else value.call
    return Leaf(low.source.segment(node), half=value.half, call=call)


def _known(node: ast.Call) -> bool:
    """`torch.FloatTensor(audio)`: what has a name."""
    return isinstance(node.args[0], ast.Name | ast.Attribute | ast.Subscript)


def dtype(low: Lowering, node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Constant) and node.value in FORMATS:
        return str(node.value)
    text = low.source.segment(node) if isinstance(node, ast.Name | ast.Attribute) else ""
    if isinstance(held := low.env.get(text), Leaf) and (into := short_format(held.text)) is not None:
        return into
    return _named(low.names.qualified(node) or "") if node is not None else None


def short_format(text: str) -> str | None:
    """The half format that a text such as `torch.float16` stands for."""
    module, _, _ = text.rpartition(".")
    into = _named(text) if module in ("torch", "np", "numpy", "jnp", "jax.numpy", "tf") else None
    return into if into in ("float16", "bfloat16") else None


def _named(qualified: str) -> str | None:
    name = qualified.rpartition(".")[2]
    return CASTS.get(name, name if name in FORMATS else None)


def dtype_of_name(low: Lowering, node: ast.expr | None) -> str | None:
    """`x.dtype` of an `x` that was cast, or of a buffer of a module that was."""
    if not isinstance(node, ast.Attribute) or node.attr != "dtype":
        return None
    return format_of_name(low, node.value)


def format_of_name(low: Lowering, node: ast.expr) -> str | None:
    held = low.env.get(low.source.segment(node))
    if isinstance(held, Op) and held.name == "to":
        return held.args[-1]
    if low.buffers and isinstance(node, ast.Attribute):
        made = re.search(rf"register_buffer\(\s*['\"]{node.attr}['\"]", low.source.text)
        return low.buffers if made else None
    return None


def made_from(low: Lowering, node: ast.Call) -> Any:
    """`torch.tensor(x, dtype=d)` is a conversion."""
    second = dtype(low, node.args[1]) if len(node.args) == 2 else None
    if second is not None:  # `np.asarray(x, np.float16)`
        value = low.lower(node.args[0])
        return low.op(node, "to", value, second) if isinstance(value, Leaf | Op) else low.leaf(node)
    value = low.lower(node.args[0]) if len(node.args) == 1 else None
    if isinstance(value, float) and not node.keywords:
        return value
    if isinstance(value, Op) and not node.keywords:
        return low.op(node, "view", value)
    if isinstance(value, Leaf) and not node.keywords and _known(node):
        return value
    if isinstance(value, Leaf) and not node.keywords and PICTURE.search(maker(value)):
        return same_maker(low, node, value)
    into = dtype(low, next((k.value for k in node.keywords if k.arg == "dtype"), None))
    return low.op(node, "to", value, into) if into and isinstance(value, Leaf | Op) else low.leaf(node)
