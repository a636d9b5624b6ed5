"""Calls of what a variable holds: a torch module, an object of a class of this file, a function under a name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from numsan.check.copies import inlined
from numsan.check.modules import Held, Instance, Module, Named
from numsan.core.op import Leaf, Op

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

# methods after which the object is the same, and functions that wrap one without changing its values
_ITSELF = frozenset(
    (
        "to",
        "cuda",
        "cpu",
        "half",
        "float",
        "double",
        "bfloat16",
        "eval",
        "train",
        "apply",
        "compile",
        "module",
    )
)
_WRAPPERS = frozenset(
    ("DataParallel", "DistributedDataParallel", "FullyShardedDataParallel", "compile", "script", "jit")
)


def called(low: Lowering, node: ast.Call, held: Held) -> Any:
    """What a call of `held` makes of its arguments, None where that is not known."""
    match held:
        case Module():
            return applied(low, node, held) if node.args else low.leaf(node)
        case Instance(cls):
            answers = (inlined(low, node, f"{cls}.{name}") for name in ("forward", "call", "__call__"))
            return next((answer for answer in answers if answer is not None), None)
        case Named(_, extra):
            return low.named_call(node, held.qualified, list(extra))


def applied(low: Lowering, node: ast.Call, module: Module) -> Op:
    args = [low.lower(a) for a in node.args]
    if module.last:
        args = [Leaf(f"<input of the last layer of {low.source.segment(node)}>")]
    op = low.op(node, module.name, *args, *module.extra)
    if module.last:
        low.foreign.add(id(op))
    if not module.whole:
        low.unreduced.add(id(op))
    return op


def method_of(low: Lowering, node: ast.Call, function: ast.Attribute, held: Instance) -> Any:
    """`net.loss(x)` of an object of a class of this file, and `net.cuda()`, which is the object."""
    return held if function.attr in _ITSELF else inlined(low, node, f"{held.cls}.{function.attr}")


def wrapped(low: Lowering, node: ast.Call, qualified: str) -> Held | None:
    """`DataParallel(net)` and `torch.compile(net)` are `net`; `partial(F.softmax, dim=1)` is that function."""
    name = qualified.rpartition(".")[2]
    if name in _WRAPPERS and node.args:
        inner = low.lower(node.args[0])
        return inner if isinstance(inner, Instance | Module) else None
    if qualified == "functools.partial" and len(node.args) == 1:
        target = low.names.qualified(node.args[0])
        given = tuple((k.arg, low.lower(k.value)) for k in node.keywords if k.arg)
        return Named(target, given) if target is not None else None
    return None
