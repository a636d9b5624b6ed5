"""Calls that stand for a larger expression, or for one of their arguments."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from numsan.check.modules import Several
from numsan.core.op import Leaf, Op

if TYPE_CHECKING:
    from numsan.check.lower import Lowering


_PAIRS = {"std_mean": ("std", "mean"), "var_mean": ("var", "mean"), "moments": ("mean", "var")}
# sums of what falls on a place: 0 where nothing does
SCATTERED = frozenset(("scatter_add", "index_add", "segment_sum", "unsorted_segment_sum", "scatter_sum"))


def counts_places(node: ast.Call, name: str, least: int = 1) -> bool:
    """Of labels that were counted off every one occurs, unless `bincount` is asked for more."""
    if name == "bincount":
        return any(k.arg == "minlength" for k in node.keywords)
    return name in SCATTERED and len(node.args) >= least


def scattered(value: Any) -> bool:
    while isinstance(value, Op) and value.name in ("view", "to"):
        value = value.args[0]
    return isinstance(value, Op) and value.name == "scatter"


def poured(node: ast.Call, method: int) -> list[ast.expr]:
    """What is added up: `src` of `x.scatter_add(dim, index, src)`, `data` of `segment_sum(data, ids)`."""
    named = [k.value for k in node.keywords if k.arg in ("src", "source", "data")]
    place = 3 - method
    return named or (node.args[place : place + 1] if len(node.args) > place else node.args[: 1 - method])


def of_its_place(low: Lowering, node: ast.expr, sums: Any) -> Leaf:
    """Of scattered sums those that something falls on, which are not empty; what was added up is known."""
    while isinstance(sums, Op) and sums.name != "scatter":
        sums = sums.args[0]
    added = sums.args[0] if isinstance(sums, Op) and sums.args else None
    return Leaf(low.source.segment(node), half=low.half, call=("scatter", added))


def together(low: Lowering, node: ast.expr) -> Any:
    """`cat([a, b])` is what both are, where they are the same."""
    if not isinstance(node, ast.List | ast.Tuple):
        return low.lower(node)
    items = [low.lower(e) for e in node.elts]
    if len(items) == 2 and _zero(node.elts[1]) and isinstance(items[0], Op | Leaf):
        return low.op(node, "masked_fill", items[0], Leaf("<its last place>"), 0.0)
    if items and all(isinstance(i, Leaf) and i.call is not None for i in items):
        return items[0]
    if any(isinstance(i, Op) and i.name in ("add", "matmul") for i in items):
        return Leaf(low.source.segment(node), half=low.half, call=("cat", None))
    alike = items and all(isinstance(i, Op) and i.name == items[0].name for i in items)
    return items[0] if alike and isinstance(items[0], Op) else low.lower(node)


def _zero(node: ast.expr) -> bool:
    """`[0.0]`, `torch.zeros(1)`, `x.new_zeros([1])`: a last element that is 0."""
    match node:
        case ast.List(elts=[ast.Constant(value=0 | 0.0)]):
            return True
        case ast.Call(func=ast.Attribute(attr="zeros" | "new_zeros"), args=[ast.Constant(value=1), *_]):
            return True
        case ast.Call(
            func=ast.Attribute(attr="zeros" | "new_zeros"), args=[ast.List(elts=[ast.Constant(value=1)]), *_]
        ):
            return True
        case _:
            return False


def norm_spelled_out(low: Lowering, node: ast.Call, norm: Op) -> Op:
    """A norm of a library whose gradient at the zero vector is that of the root: nan (torch takes 0)."""
    x, p, *dim = norm.args if len(norm.args) > 1 else (*norm.args, 2)
    if p not in (2, 2.0):
        return norm
    return low.op(node, "sqrt", low.op(node, "sum", low.op(node, "pow", x, 2), *dim))


def statistics(low: Lowering, node: ast.Call, name: str) -> Several | None:
    """`std, mean = torch.std_mean(x)`; `mean, var = tf.nn.moments(x, [0])`, whose variance is divided by n."""
    if name not in _PAIRS or not node.args:
        return None
    x = low.lower(node.args[0])
    dims = [*node.args[1:2], *(k.value for k in node.keywords if k.arg in ("dim", "axes", "axis"))]
    dim = low.lower(dims[0]) if dims else None
    of_all = (0,) if name == "moments" else ()
    made = [low.op(node, each, x, dim, *(of_all if each == "var" else ())) for each in _PAIRS[name]]
    return Several(dict(enumerate(made)))


def stacked_pair(low: Lowering, node: ast.Call) -> tuple[Any, Any] | None:
    """The two of `torch.stack([a, b], dim=1).min(dim=1)`, which is `torch.minimum(a, b)`."""
    whole = node.func.value if isinstance(node.func, ast.Attribute) else None
    for stack in (whole, *node.args[:1]):
        match stack:
            case ast.Call(
                func=ast.Attribute(attr="stack"), args=[ast.List(elts=[a, b]) | ast.Tuple(elts=[a, b]), *_]
            ):
                return low.lower(a), low.lower(b)
            case _:
                pass
    return None
