"""Arrays of which a part is written: those made empty are what was stored in them, masked ones hold the mask."""

from __future__ import annotations

import ast
import math
from typing import Any

from numsan.check.arguments import number
from numsan.check.bindings import Flow, key_of
from numsan.check.constants import is_mask
from numsan.check.copies import doubted
from numsan.core.op import Leaf, Op, leaves


def buffer_of(flow: Flow, target: ast.Subscript) -> str | None:
    """The name of an array of zeros, of which a part is written."""
    key = key_of(flow, target.value)
    held = flow.lowering.env.get(key or "")
    if (
        isinstance(held, Leaf)
        and held.call is not None
        and held.call[0].endswith((".zeros", ".empty", "zeros_like"))
    ):
        return key
    return key if isinstance(held, Op) and id(held) in flow.lowering.stored else None


def stored_in(flow: Flow, target: ast.Subscript, key: str, held: Any) -> None:
    """The array is taken as what was stored in it; where it was counted up by labels, some places stay 0."""
    low, index = flow.lowering, target.slice
    if any(leaf.text in flow.scope.counters for leaf in leaves(held)):
        return  # of one class, say, which has samples
    if isinstance(held, Op):
        made = doubted(low, low.op(target, "view", held))
    elif isinstance(index, ast.Name) and index.id not in flow.scope.counters and not number(held):
        made = doubted(low, low.op(target, "scatter", low.leaf(target)))
    else:
        return
    low.stored.add(id(made))
    low.env[key] = made


def masked_by(flow: Flow, target: ast.Subscript, held: Any) -> tuple[str, Op] | None:
    """`x[mask] = -inf` is `x.masked_fill(mask, -inf)`, under the name of `x`; -100 is the label that losses ignore."""
    key = key_of(flow, target.value)
    if (
        key is None
        or held not in (math.inf, -math.inf, -100)
        or isinstance(target.slice, ast.Slice | ast.Tuple)
    ):
        return None
    low = flow.lowering
    mask = low.lower(target.slice)
    whole = low.env.get(key)
    if not is_mask(mask):
        return None
    whole = whole if isinstance(whole, Op | Leaf) else Leaf(key)
    return key, doubted(low, low.op(target, "masked_fill", whole, mask, held))
