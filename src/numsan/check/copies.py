"""Copies of operations: under the name of the variable that holds them, cut short, or with other arguments."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from numsan.check.modules import Module
from numsan.core.names import trimmed
from numsan.core.op import Leaf, Op

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

# arguments that make a difference to what a function does with them
_TELLING = frozenset(("softmax", "sigmoid", "relu", "exp", "prod", "masked_fill", "tanh"))

# a name that stands for more than this is cut short: patterns are small, trees of shared parts grow fast
_DEEPEST = 40
_SHALLOW = 3  # levels of it that are kept


def alias(low: Lowering, node: ast.expr, held: Op) -> Op | Leaf:
    """The operation that a name holds, under the name it has here."""
    if low.size.get(id(held), 0) > _DEEPEST:
        held = _pruned(low, held, _SHALLOW)
    return _copied(low, held, low.source.site(node, low.function))


def _pruned(low: Lowering, held: Op, depth: int) -> Op:
    """The top of a large tree; what is below stands under the text it was written as."""
    args = tuple(_below(low, a, depth) if isinstance(a, Op) else a for a in held.args)
    copy = Op(held.name, args, where=held.where)
    low.kept.append(copy)
    low.size[id(copy)] = 1 + sum(low.size.get(id(a), 1) for a in args)
    low.origin[id(copy)] = low.origin.get(id(held), id(held))
    low.doubtful.add(id(copy))
    for marked in (low.foreign, low.plain):
        if id(held) in marked:
            marked.add(id(copy))
    return copy


def _below(low: Lowering, op: Op, depth: int) -> Op | Leaf:
    if low.size.get(id(op), 0) <= 4:
        return op
    return _pruned(low, op, depth - 1) if depth > 0 else low.named(op.where.text)


def doubted(low: Lowering, held: Op) -> Op:
    """The same operation, of which only some runs of the program know: good for a finding, not for a repair."""
    copy = _copied(low, held, held.where)
    low.doubtful.add(id(copy))
    return copy


def _copied(low: Lowering, held: Op, where: Any) -> Op:
    copy = Op(held.name, held.args, where=where)
    made_at: int = held.where.line
    low.written[id(copy)] = low.written.get(id(held), made_at)
    low.size[id(copy)] = low.size.get(id(held), 1)
    low.origin[id(copy)] = low.origin.get(id(held), id(held))
    low.kept.append(copy)
    for marked in (low.foreign, low.plain, low.doubtful):
        if id(held) in marked:
            marked.add(id(copy))
    return copy


def inlined(low: Lowering, node: ast.Call, name: str) -> Any:
    """What a function of this file makes of these arguments, or None where that is not known."""
    known = low.returned(name)
    if known is None:
        return None
    arguments = known.bound(node, low.lower)
    if arguments is None:
        return None
    arguments = {name: held for name, held in arguments.items() if not isinstance(held, Module)}
    telling = any(isinstance(v, Op) and _core(v).name in _TELLING for v in arguments.values())
    made = _substituted(low, known.ops if telling else None, known.value, arguments)
    return alias(low, node, doubted(low, made)) if isinstance(made, Op) else made


def _core(op: Op) -> Op:
    while op.name in ("view", "to", "index") and isinstance(op.args[0], Op):
        op = op.args[0]
    return op


def _substituted(low: Lowering, seen: list[Op] | None, value: Any, arguments: dict[str, Any]) -> Any:
    if isinstance(value, Leaf):
        return arguments.get(value.text, value)
    if not isinstance(value, Op):
        return value
    args = tuple(_substituted(low, seen, a, arguments) for a in value.args)
    if all(a is b for a, b in zip(args, value.args, strict=True)):
        return value
    written = low.first.get(low.origin.get(id(value), id(value)), value)
    copy = Op(value.name, trimmed(value.name, args), where=written.where)
    low.kept.append(copy)
    low.size[id(copy)] = 1 + sum(low.size.get(id(a), 1) for a in args)
    for marked in (low.foreign, low.plain):
        if id(value) in marked:
            marked.add(id(copy))
    low.doubtful.add(id(copy))
    if seen is not None and id(written) in low.spans:
        low.spans[id(copy)] = low.spans[id(written)]
        seen.append(copy)
    return copy
