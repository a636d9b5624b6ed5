"""What names hold at a statement: assignments, in-place changes, and the expressions seen on the way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from numsan.check.lower import Lowering
from numsan.check.modules import Module
from numsan.check.source import Source
from numsan.core.op import Leaf, Op
from numsan.core.syntax import children, walk

_MOST_NAMES = 500
_OTHER_SCOPE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(slots=True)
class Scope:
    """The operations of one function (or of the module level) and what else a rule may ask about it."""

    function: str
    ops: list[Op] = field(default_factory=list[Op])
    guards: set[str] = field(default_factory=set[str])  # texts in the tests of `if`, `assert`, `while`
    assigned: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])  # (name, line)
    loops: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    untrained: bool = False  # inference, preprocessing, metrics
    by_hand: bool = False  # the forward or backward of an `autograd.Function`, which nothing differentiates
    no_grad: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])  # lines

    def without_gradient(self, op: Op) -> bool:
        """Whether the operation stands under `no_grad` or `inference_mode`."""
        return any(first <= op.where.line <= last for first, last in self.no_grad)


@dataclass(slots=True)
class Flow:
    """All scopes of a file. `lowering` keeps what came from where."""

    source: Source
    lowering: Lowering
    scopes: list[Scope] = field(default_factory=list[Scope])
    scope: Scope = field(default_factory=lambda: Scope(""))


def key_of(flow: Flow, target: ast.AST) -> str | None:
    return flow.source.segment(target) if isinstance(target, ast.Name | ast.Attribute) else None


def assign(flow: Flow, target: ast.expr, value: ast.expr) -> None:
    held = flow.lowering.lower(value)
    if (
        isinstance(target, ast.Tuple)
        and target.elts
        and isinstance(held, Op)
        and held.name in ("amax", "amin")
    ):
        forget(flow, target)
        key = key_of(flow, target.elts[0])
        if key is not None:
            flow.lowering.env[key] = held
        return
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, its in zip(target.elts, value.elts, strict=True):
            assign(flow, one, its)
        return
    forget(flow, target)
    key = key_of(flow, target)
    if key is not None and isinstance(held, Op | Module | int | float) and not isinstance(held, bool):
        flow.lowering.env[key] = held
    elif key is not None and isinstance(held, Leaf) and held.call is not None:
        flow.lowering.env[key] = Leaf(key, half=held.half, call=held.call)


def augment(
    flow: Flow, target: ast.expr, operator: ast.operator, value: ast.expr, node: ast.AugAssign
) -> None:
    key = key_of(flow, target)
    if key is None:
        forget(flow, target)
        return
    held = flow.lowering.env.get(key, Leaf(key))
    written = ast.copy_location(ast.BinOp(left=target, op=operator, right=value), node)
    flow.lowering.made[target] = held
    result = flow.lowering.lower(written)
    if isinstance(result, Op) and id(result) in flow.lowering.spans:
        flow.lowering.doubtful.add(id(result))  # its text is a statement, which no expression replaces
        flow.scope.ops.append(result)
    forget(flow, target)
    if isinstance(result, Op):
        flow.lowering.env[key] = result


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
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_"):
        key = key_of(flow, node.func.value)
        if key is not None and not node.func.attr.endswith("__"):
            held = flow.lowering.lower(node)
            forget(flow, node.func.value)
            if isinstance(held, Op):
                flow.lowering.env[key] = held


def forget(flow: Flow, target: ast.expr) -> None:
    """Names bound by `target` (and attributes of theirs) hold something new and unknown."""
    if len(flow.lowering.env) > _MOST_NAMES:  # a generated file, where looking through all costs minutes
        del flow.lowering.env[next(iter(flow.lowering.env))]
    for node in walk(target):
        if (isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store)) or node is target:
            text = flow.source.segment(node) if isinstance(node, ast.Name | ast.Attribute) else ""
            if isinstance(node, ast.Subscript):
                text = flow.source.segment(node.value)
            if not text:
                continue
            flow.scope.assigned.append((text, getattr(node, "lineno", 0)))
            below = f"{text}."
            for key in [k for k in flow.lowering.env if k == text or k.startswith(below)]:
                del flow.lowering.env[key]
            flow.lowering.env[text] = flow.lowering.named(text)


def see(flow: Flow, expression: ast.expr) -> None:
    """Lowers an expression and keeps every operation written in it; tests inside it are guards."""
    for node in _expressions(expression):
        if isinstance(node, ast.IfExp | ast.BoolOp):
            guard_text(flow, node.test if isinstance(node, ast.IfExp) else node)
        if isinstance(node, ast.NamedExpr):
            assign(flow, node.target, node.value)
        value = flow.lowering.lower(node)
        if isinstance(value, Op) and flow.lowering.spans.get(id(value)) == flow.source.span(node):
            flow.scope.ops.append(value)


def _expressions(expression: ast.expr) -> Iterator[ast.expr]:
    """Sub-expressions that can be operations, innermost last, without the bodies of lambdas and comprehensions."""
    stack: list[ast.AST] = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Constant | ast.Name):
            continue  # no operation of their own; what uses them asks for them
        if isinstance(node, ast.expr):
            yield node
        if not isinstance(node, _OTHER_SCOPE):
            stack += children(node)[::-1]


def guard(flow: Flow, test: ast.expr) -> None:
    see(flow, test)
    guard_text(flow, test)


def guard_text(flow: Flow, test: ast.expr) -> None:
    """Names in a test, but for tests that say nothing about a value: `x is None`, `len(x) != len(y)`."""
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            guard_text(flow, value)
        return
    if isinstance(test, ast.Compare) and (
        isinstance(test.ops[0], ast.Is | ast.IsNot) or (isinstance(test.ops[0], ast.NotEq) and _lengths(test))
    ):
        return
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "isinstance":
        return
    for node in walk(test):
        if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
            flow.scope.guards.add(flow.source.segment(node))


def _lengths(test: ast.Compare) -> bool:
    sides = (test.left, test.comparators[0])
    return all(isinstance(s, ast.Call) and isinstance(s.func, ast.Name) and s.func.id == "len" for s in sides)
