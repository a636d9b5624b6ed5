"""Parts of values: elements, selections by a mask, fields of records."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from numsan.check.constants import is_mask, item_key
from numsan.check.copies import alias
from numsan.check.modules import Several
from numsan.check.shapes import of_its_place, scattered
from numsan.core.op import Leaf, Op

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

_GROUP = re.compile(r"(^|_)group$|(^|\.)defaults$")  # of an optimizer, which holds what its class was given
_SELECTING = (ast.Name, ast.Attribute, ast.Compare, ast.UnaryOp, ast.BinOp, ast.Call)
_EXTREMES = ("amax", "amin", "maximum", "minimum")  # `x.max(dim=1)[0]`


def field_of(low: Lowering, node: ast.Name | ast.Attribute, text: str) -> Any:
    """What a record that is known holds under a name: `posterior.mu`, `low.encoder(x).logits`."""
    if not isinstance(node, ast.Attribute):
        return None
    if isinstance(node.value, ast.Call):
        record = low.lower(node.value)
    else:
        record = low.env.get(text.rpartition(".")[0]) if low.several else None
    return record.items.get(node.attr) if isinstance(record, Several) else None


def subscript(low: Lowering, node: ast.Subscript, value: Any, index: ast.expr) -> Any:
    if isinstance(index, ast.Constant) and isinstance(index.value, str):
        held = low.env.get(item_key(node, low.source))
        if held is not None:
            return alias(low, node, held) if isinstance(held, Op) else held
        usual = low.settings.get((low.function.partition(".")[0], index.value))
        if usual is not None and isinstance(value, Leaf) and _GROUP.search(value.text):
            return low.named(low.source.segment(node), usual)
    if isinstance(value, Several):
        held = value.items.get(index.value) if isinstance(index, ast.Constant) else None
        return alias(low, node, held) if isinstance(held, Op) else held or low.leaf(node)
    if not isinstance(value, Op):
        if not isinstance(value, Leaf):
            return low.leaf(node)
        by = _selecting(low, index)
        if is_mask(by):
            return low.op(node, "index", value, by)
        return Leaf(low.source.segment(node), half=value.half or low.half, call=value.call)
    if scattered(value) and isinstance(index, ast.Name):
        return of_its_place(low, node, value)
    if value.name in _EXTREMES and isinstance(index, ast.Constant) and index.value == 0:
        return value
    by = _selecting(low, index)
    return low.op(node, "index", value, by) if is_mask(by) else low.op(node, "view", value)


def _selecting(low: Lowering, index: ast.expr) -> Any:
    """What an index selects by: `mask` of `x[mask]` and of `x[mask, :]`."""
    match index:
        case ast.Tuple(elts=[first, *rest]) if rest and all(isinstance(r, ast.Slice) for r in rest):
            return _selecting(low, first)
        case _:
            return low.lower(index) if isinstance(index, _SELECTING) else None
