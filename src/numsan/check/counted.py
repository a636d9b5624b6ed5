"""How many elements a selection has: `x[mask].numel()`, `len(mask.nonzero())`, `np.where(mask)[0].size`.

That number is the sum of the mask, and like it 0 where nothing is selected.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from numsan.check.constants import is_mask
from numsan.core.op import Op
from numsan.core.values import bare

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

COUNTING = frozenset(
    (ast.Call, ast.Subscript, ast.Attribute)
)  # classes of expressions that may ask for a length
_SIZES = frozenset(("numel", "nelement", "size"))


def counted(low: Lowering, node: ast.expr) -> Op | None:
    """The sum of the mask behind an expression that asks for the length of what it selects."""
    of = _measured(node)
    if of is None or not isinstance(of, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
        return None
    held = low.lower(of)
    mask = None if id(held) in low.doubtful else _mask(held)  # of one branch, perhaps not of this one
    return None if mask is None else low.op(node, "sum", mask)


def _measured(node: ast.expr) -> ast.expr | None:
    """`x` of `len(x)`, `x.numel()`, `x.size(0)`, `x.shape[0]` and `x.size`."""
    if node.__class__ is ast.Attribute:
        return node.value if isinstance(node, ast.Attribute) and node.attr == "size" else None
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[of], keywords=[]):
            return of
        case ast.Call(func=ast.Attribute(value=of, attr=name), args=[] | [ast.Constant(value=0)]):
            return of if name in _SIZES else None
        case ast.Subscript(value=ast.Attribute(value=of, attr="shape"), slice=ast.Constant(value=0)):
            return of
        case _:
            return None


def _mask(value: Any) -> Any:
    match bare(value):
        case Op("nonzero", (mask,)):
            return mask
        case Op("index", (_, mask)) if is_mask(mask):
            return _mask(mask) or mask
        case _:
            return None
