"""Copies of operations: under the name of the variable that holds them, cut short, or with other arguments."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from numsan.check.modules import Instance, Module, Several
from numsan.check.records import given_to
from numsan.check.returns import Returned, full_name
from numsan.check.telling import tells
from numsan.core.bounds import BOOL
from numsan.core.names import trimmed
from numsan.core.op import Leaf, Op, leaves

if TYPE_CHECKING:
    from numsan.check.lower import Lowering


# a name that stands for more than this is cut short: patterns are small, trees of shared parts grow fast
_DEEPEST = 40
COUNTS = frozenset(("sum", "view", "to", *BOOL))  # what a loop may count, and find nothing
_SHALLOW = 3  # levels of it that are kept


def alias(low: Lowering, node: ast.expr, held: Op) -> Op | Leaf:
    """The operation that a name holds, under the name it has here."""
    if low.size.get(id(held), 0) > _DEEPEST:
        held = pruned(low, held, _SHALLOW)
    return _copied(low, held, low.source.site(node, low.function))


def pruned(low: Lowering, held: Op, depth: int) -> Op:
    """The top of a large tree; what is below stands under the text it was written as."""
    args = tuple(_below(low, a, depth) if isinstance(a, Op) else a for a in held.args)
    copy = Op(held.name, args, where=held.where)
    low.kept.append(copy)
    low.size[id(copy)] = 1 + sum(low.size.get(id(a), 1) for a in args)
    low.origin[id(copy)] = low.original(held)
    low.doubtful.add(id(copy))
    for marked in (low.foreign, low.plain, low.counted):
        if id(held) in marked:
            marked.add(id(copy))
    return copy


def _below(low: Lowering, op: Op, depth: int) -> Op | Leaf:
    if low.size.get(id(op), 0) <= 4:
        return op
    if depth > 0:
        return pruned(low, op, depth - 1)
    return Leaf(op.where.text, half=low.half, call=("arange", None) if id(op) in low.counted else None)


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
    low.origin[id(copy)] = low.original(held)
    low.kept.append(copy)
    for marked in (low.foreign, low.plain, low.counted, low.doubtful):
        if id(held) in marked:
            marked.add(id(copy))
    return copy


def inlined(low: Lowering, node: ast.Call, name: str) -> Any:
    """What a function of this file makes of these arguments, or None where that is not known."""
    known = low.lambdas.get(name) or low.returned(name)
    if known is None:
        return _looked_into(low, node, name)
    arguments = known.bound(node, low.lower)
    if arguments is None:
        return None
    _note_call(low, name, arguments)
    again = any(isinstance(v, Module | Instance) or tells(v) for v in arguments.values())
    if again and (made := low.again(name, arguments)) is not None:
        return _outside(low, node, made)
    arguments = {name: held for name, held in arguments.items() if not isinstance(held, Module | Instance)}
    return _outside(low, node, _substituted(low, known.value, arguments))


def _note_call(low: Lowering, name: str, arguments: dict[str, Any]) -> None:
    """What a function is given; under the name it has in here, too, where this one defines it."""
    for called in {full_name(name, low.function), f"{low.function}.{name}"}:
        low.given.setdefault(called, []).append(arguments)


def property_of(low: Lowering, node: ast.expr, name: str) -> Op | Leaf | None:
    """What a property of the class at hand returns, where that is one expression."""
    if full_name(name, low.function) not in low.properties:
        return None
    known = low.returned(name)
    return (
        alias(low, node, doubted(low, known.value))
        if known is not None and isinstance(known.value, Op)
        else None
    )


def _looked_into(low: Lowering, node: ast.Call, name: str) -> Any:
    """A function that returns no one expression is looked into where an argument makes a difference to it."""
    parameters = low.parameters(name) if node.args else None
    if parameters is None:
        return None
    arguments = Returned(parameters, None).bound(node, low.lower)
    if arguments is not None:
        _note_call(low, name, arguments)
    if arguments and any(map(tells, arguments.values())):
        low.again(name, arguments)
    return None


def _outside(low: Lowering, node: ast.expr, made: Any) -> Any:
    """What a function returned, under the text of the call."""
    match made:
        case Op():
            return alias(low, node, doubted(low, made))
        case Several():
            return made.map(lambda v: _outside(low, node, v))
        case _:
            return made


def renamed(low: Lowering, held: Op, prefix: str) -> Op:
    """The same operation with names that mean something in the function where it was made, and only there."""
    here = {
        leaf: Leaf(f"{prefix}.{leaf}")
        for leaf in {x.text for x in leaves(held)}
        if not leaf.startswith("self.")
    }
    made = _substituted(low, held, here)
    return doubted(low, made)


def _substituted(low: Lowering, value: Any, arguments: dict[str, Any]) -> Any:
    match value:
        case Leaf():
            held = arguments.get(value.text)
            if held is None and "." in value.text:
                held = given_to(arguments, value.text)
            return value if held is None or isinstance(held, Several) else held
        case Several():
            return value.map(lambda v: _substituted(low, v, arguments))
        case Op():
            pass
        case _:
            return value
    args = tuple(_substituted(low, a, arguments) for a in value.args)
    if all(a is b for a, b in zip(args, value.args, strict=True)):
        return value
    written = low.first.get(low.original(value), value)
    copy = Op(value.name, trimmed(value.name, args), where=written.where)
    low.kept.append(copy)
    low.size[id(copy)] = 1 + sum(low.size.get(id(a), 1) for a in args)
    for marked in (low.foreign, low.plain, low.counted):
        if id(value) in marked:
            marked.add(id(copy))
    low.doubtful.add(id(copy))
    return copy


def multiplied(low: Lowering, held: Op, key: str) -> Op | None:
    """What a loop makes of `key` where each turn multiplies it: `p = p * q`, `alpha = (alpha @ T) * e`."""
    if held.name not in ("mul", "matmul") or not any(_carries(a, key) for a in held.args[:2]):
        return None
    copy = Op("recurrence", held.args[:2], where=held.where)
    low.kept.append(copy)
    low.size[id(copy)] = low.size.get(id(held), 1)
    low.doubtful.add(id(copy))
    for marked in (low.foreign, low.plain, low.counted):
        if id(held) in marked:
            marked.add(id(copy))
    return copy


def accumulated(low: Lowering, held: Op, key: str) -> Op | None:
    """What a loop makes of a `key` that is 0 before it: the sum of what each turn adds."""
    match held:
        case Op("add", (Leaf(text=text), Op() as added)) if text == key and added.name in COUNTS:
            pass
        case Op("add", (Leaf(text=text), Leaf(call=("item", Op() as added)))) if (
            text == key and added.name in COUNTS
        ):
            pass
        case _:
            return None
    copy = Op("sum", (added,), where=held.where)
    low.kept.append(copy)
    low.size[id(copy)] = 1 + low.size.get(id(added), 1)
    low.doubtful.add(id(copy))
    return copy


def _carries(value: Any, key: str) -> bool:
    if isinstance(value, Leaf):
        return value.text == key or value.text.startswith((f"{key}[", f"{key}."))
    if not isinstance(value, Op):
        return False
    if value.where.text == key:
        return True
    below = value.args[:2] if value.name in ("mul", "matmul") else value.args[:1]
    return value.name in ("mul", "matmul", "view", "sum", "index", "to") and any(
        _carries(a, key) for a in below
    )
