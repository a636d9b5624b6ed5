"""Small questions about lowered values: a mask, a constant, a key."""

from __future__ import annotations

import ast
import re
from typing import Any

from numsan.check.arguments import number
from numsan.check.modules import Instance, Module, Named, Several
from numsan.check.source import Source
from numsan.core.bounds import BOOL
from numsan.core.op import Leaf, Op

_MASK = re.compile(r"mask|valid|keep|alive|present|is_|select|cond|active", re.I)
_MASKS = BOOL - {"isfinite", "isnan"}


def item_key(node: ast.Subscript, source: Source) -> str:
    """The name under which `base["key"]` is known, however it is quoted."""
    key = node.slice.value if isinstance(node.slice, ast.Constant) else None
    return f"{source.segment(node.value)}[{key!r}]"


def no_value(a: Any) -> bool:
    """What is no number, tensor or plain tuple of numbers."""
    return isinstance(a, Module | Instance | Named | Several)


def is_mask(by: Any) -> bool:
    if isinstance(by, Op):
        places = by.args[0] if by.name == "view" else by  # `mask.nonzero().squeeze()`
        if isinstance(places, Op) and places.name == "nonzero":
            return is_mask(places.args[0])
        return by.name in _MASKS
    return isinstance(by, Leaf) and bool(_MASK.search(by.text))


def as_one(value: Any) -> Any:
    """`torch.ones_like(p) - p` is `1 - p`."""
    held = value
    while isinstance(held, Op) and held.name == "view":
        held = held.args[0]
    return 1.0 if isinstance(held, Op) and held.name == "ones" else value


def fold(name: str, left: Any, right: Any, otherwise: Leaf) -> Any:
    try:
        match name:
            case "add":
                return left + right
            case "sub":
                return left - right
            case "mul":
                return left * right
            case "div":
                return left / right
            case "pow":
                value = left**right
                return value if number(value) else otherwise
            case _:
                return otherwise
    except (ArithmeticError, ValueError):
        return otherwise
