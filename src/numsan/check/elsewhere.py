"""Calls of functions and classes that are defined in another file of the project."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numsan.check.copies import inlined
from numsan.check.modules import Instance
from numsan.check.returns import Returned
from numsan.check.telling import tells
from numsan.core.names import trimmed
from numsan.core.op import Leaf, Op

if TYPE_CHECKING:
    from numsan.check.lower import Lowering


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A definition in another file: whether it is a class, what it (or a method of it) returns."""

    is_class: bool
    returned: Callable[[str], Returned | None]


def imported(low: Lowering, node: ast.Call, name: str, defined: Elsewhere) -> Any:
    """What a call of an imported function gives, an object for a class, None where that is not known."""
    if defined.is_class:
        return Instance(name)
    if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
        return None
    known = defined.returned("")
    if known is None:
        return None
    arrived(low, node, known)
    return inlined(low, node, name)


def arrived(low: Lowering, node: ast.Call, known: Returned) -> None:
    """Keeps the operations of a definition that is not walked again, where an argument makes a difference to them."""
    arguments = known.bound(node, low.lower)
    if arguments and isinstance(known.value, Op) and any(tells(v) for v in arguments.values()):
        moved(low, node, known.value, arguments)


def moved(low: Lowering, node: ast.Call, value: Op, arguments: dict[str, Any]) -> Op:
    """The operations of the other file as this call makes them, at the place of the call."""
    args = tuple(_moved(low, node, a, arguments) for a in value.args)
    copy = Op(value.name, trimmed(value.name, args), where=low.source.site(node, low.function))
    low.kept.append(copy)
    low.size[id(copy)] = 1 + sum(low.size.get(id(a), 1) for a in args)
    low.spans[id(copy)] = low.source.span(node)
    low.doubtful.add(id(copy))
    for marked in (low.foreign, low.plain):
        if id(value) in marked:
            marked.add(id(copy))
    given = {id(v) for v in arguments.values()}
    if any(id(op) in given for op in copy.walk()):
        low.arrived.append(copy)
    return copy


def _moved(low: Lowering, node: ast.Call, value: Any, arguments: dict[str, Any]) -> Any:
    if isinstance(value, Leaf):
        return arguments.get(value.text, value)
    return moved(low, node, value, arguments) if isinstance(value, Op) else value
