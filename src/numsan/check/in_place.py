"""Calls as statements that change what a name holds: methods that end in `_`, `out=`, `append`, buffers."""

from __future__ import annotations

import ast

from numsan.check.attributes import registered
from numsan.check.bindings import Flow, forget, key_of
from numsan.check.constants import as_one, item_key
from numsan.check.copies import doubted
from numsan.check.modules import Instance, Module, Several
from numsan.core.op import Op


def in_place(flow: Flow, node: ast.expr) -> None:
    """`x.clamp_(min=eps)` and `np.clip(x, a, b, out=x)` as statements change what `x` holds."""
    out = (
        next((k.value for k in node.keywords if k.arg == "out"), None) if isinstance(node, ast.Call) else None
    )
    if out is not None and (key := key_of(flow, out)) is not None:
        held = flow.lowering.lower(node)
        forget(flow, out)
        if isinstance(held, Op):
            flow.lowering.env[key] = held
        return
    if (given := registered(node)) is not None:
        held = flow.lowering.lower(given[1])
        if isinstance(held, Op | Module | Instance) and as_one(held) is held:
            flow.lowering.env[given[0]] = held
        return
    if (
        isinstance(node, ast.Call)
        and node.args
        and flow.lowering.names.qualified(node.func) == "numpy.fill_diagonal"
    ):
        forget(flow, node.args[0])
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
        _appended(flow, node.func.value, node.args)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_"):
        changed = _begun_with(node.func.value)
        item = isinstance(changed, ast.Subscript) and isinstance(changed.slice, ast.Constant)
        key = (
            item_key(changed, flow.source)
            if isinstance(changed, ast.Subscript) and item
            else key_of(flow, changed)
        )
        if key is not None and not node.func.attr.endswith("__"):
            held = flow.lowering.lower(node)
            if item:
                flow.lowering.env.pop(key, None)
            else:
                forget(flow, changed)
            if isinstance(held, Op):
                flow.lowering.env[key] = held
        elif key is None:
            forget_viewed(flow, changed)


def forget_viewed(flow: Flow, target: ast.expr) -> None:
    """`k.diagonal().add_(eps)` and `k.flat[::n] += eps` change `k` through a view of it."""
    base, seen = target, False
    while True:
        match base:
            case ast.Call(func=ast.Attribute(value=of, attr="diagonal" | "flatten" | "view" | "t")):
                base, seen = of, True
            case ast.Attribute(value=of, attr="flat" | "T"):
                base, seen = of, True
            case ast.Subscript(value=of):
                base = of
            case _:
                break
    if seen and isinstance(base, ast.Name):
        forget(flow, base)


def _begun_with(node: ast.expr) -> ast.expr:
    """`v` of `v.mul_(b).addcmul_(g, g)`: a chain of changes in place."""
    while (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_")
    ):
        node = node.func.value
    return node


def _appended(flow: Flow, target: ast.expr, args: list[ast.expr]) -> None:
    """A list of tensors is taken as what was appended last, a list of layers by its last one."""
    key, held = key_of(flow, target), flow.lowering.lower(args[0]) if args else None
    if key is not None and isinstance(held, Op):
        flow.lowering.env[key] = doubted(flow.lowering, held)
    elif key is not None and isinstance(held, Module):
        flow.lowering.env[key] = Several({-1: held})
