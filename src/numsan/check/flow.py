"""Statements in order: what each name holds when an expression is reached, so that a rule sees across lines.

Branches are walked in turn and disagreements forgotten; names changed in a loop are unknown there.
Forgetting is the safe direction: a name without a known value is a `Leaf`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from numsan.check.lower import Lowering, Module
from numsan.check.resolve import Names
from numsan.check.source import Source
from numsan.core.op import Leaf, Op

_NO_GRAD = re.compile(r"no_grad|inference_mode")
_PLAIN = (ast.Constant, ast.expr_context, ast.operator, ast.cmpop, ast.unaryop, ast.boolop)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(slots=True)
class Scope:
    """The operations of one function (or of the module level) and what else a rule may ask about it."""

    function: str
    ops: list[Op] = field(default_factory=list[Op])
    guards: set[str] = field(default_factory=set[str])  # texts in the tests of `if`, `assert`, `while`
    assigned: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])  # (name, line)
    loops: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
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


def scopes_of(source: Source) -> Flow:
    """Walks the module, its functions and its classes."""
    lowering = Lowering(source, Names(source.tree))
    flow = Flow(source, lowering)
    _walk_scope(flow, source.tree.body, "", {}, Scope(""))
    return flow


@dataclass(frozen=True, slots=True)
class _Inner:
    """A function to walk: its dotted name, its node, and what its class says about `self`."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    attributes: dict[str, Any]


def _walk_scope(flow: Flow, body: list[ast.stmt], function: str, env: dict[str, Any], scope: Scope) -> None:
    outer, outer_env, outer_name = flow.scope, flow.lowering.env, flow.lowering.function
    flow.scope = scope
    flow.scopes.append(flow.scope)
    flow.lowering.env, flow.lowering.function = dict(env), function
    _block(flow, body)
    known = {k: v for k, v in flow.lowering.env.items() if _lasting(v)}
    flow.scope, flow.lowering.env, flow.lowering.function = outer, outer_env, outer_name
    for inner in _inner_scopes(flow, body, function):
        begun = Scope(inner.name)
        if any(_NO_GRAD.search(flow.source.segment(d)) for d in inner.node.decorator_list):
            begun.no_grad.append((inner.node.lineno, inner.node.end_lineno or inner.node.lineno))
        parameters = dict(_defaults(inner.node))
        _walk_scope(
            flow, inner.node.body, inner.name, {**env, **known, **inner.attributes, **parameters}, begun
        )


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, Leaf]]:
    """Every parameter hides an outer name; one with a number as its default is known to be usually that."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    values: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = [
        *zip(positional, [*values, *arguments.defaults], strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for parameter, value in pairs:
        number = value.value if isinstance(value, ast.Constant) else None
        usual = float(number) if isinstance(number, int | float) and not isinstance(number, bool) else None
        yield parameter.arg, Leaf(parameter.arg, default=usual)


def _lasting(value: Any) -> bool:
    return isinstance(value, Module) or (isinstance(value, int | float) and not isinstance(value, bool))


def _inner_scopes(flow: Flow, body: list[ast.stmt], function: str) -> Iterator[_Inner]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield _Inner(f"{function}.{statement.name}".lstrip("."), statement, {})
        elif isinstance(statement, ast.ClassDef):
            attributes = dict(_attributes_of(flow, statement))
            for inner in _inner_scopes(flow, statement.body, statement.name):
                yield _Inner(inner.name, inner.node, attributes)
        else:
            for block in _blocks(statement):
                yield from _inner_scopes(flow, block, function)


def _attributes_of(flow: Flow, cls: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    """`self.act = nn.Sigmoid()` or `self.gamma = gamma`: what an attribute set once means in the methods."""
    counts: dict[str, int] = {}
    found: dict[str, Any] = {}
    for method in (s for s in cls.body if isinstance(s, ast.FunctionDef)):
        parameters = dict(_defaults(method))
        for node in ast.walk(method):
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Attribute):
                continue
            target = flow.source.segment(node.targets[0])
            counts[target] = counts.get(target, 0) + 1
            held = _attribute_value(flow, node.value, parameters, target)
            if held is not None:
                found[target] = held
    yield from ((name, held) for name, held in found.items() if counts[name] == 1)


def _attribute_value(
    flow: Flow, value: ast.expr, parameters: dict[str, Leaf], target: str
) -> Module | Leaf | None:
    if isinstance(value, ast.Call):
        held = flow.lowering.lower(value)
        flow.lowering.made.pop(value, None)
        return held if isinstance(held, Module) else None
    number = value.value if isinstance(value, ast.Constant) else None
    if isinstance(value, ast.Name) and value.id in parameters:
        number = parameters[value.id].default
    if not isinstance(number, int | float) or isinstance(number, bool):
        return None
    return Leaf(target, default=float(number))


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block  # pyright: ignore[reportUnknownVariableType]
    for handler in getattr(statement, "handlers", ()):
        yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body


def _block(flow: Flow, body: list[ast.stmt]) -> None:
    for statement in body:
        _statement(flow, statement)


def _statement(flow: Flow, node: ast.stmt) -> None:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            return
        case ast.Assign(targets=targets, value=value):
            _see(flow, value)
            for target in targets:
                _assign(flow, target, value)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            _see(flow, value)
            _assign(flow, target, value)
        case ast.AugAssign(target=target, op=operator, value=value):
            _see(flow, value)
            _augment(flow, target, operator, value, node)
        case ast.If(test=test, body=body, orelse=orelse):
            _guard(flow, test)
            _branches(flow, [body, orelse])
        case (
            ast.For(target=target, iter=iterable, body=body, orelse=orelse)
            | ast.AsyncFor(target=target, iter=iterable, body=body, orelse=orelse)
        ):
            _see(flow, iterable)
            _loop(flow, node, [target], [*body, *orelse])
        case ast.While(test=test, body=body, orelse=orelse):
            _loop(flow, node, [], [*body, *orelse], test)
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            if any(_NO_GRAD.search(flow.source.segment(item.context_expr)) for item in items):
                flow.scope.no_grad.append((node.lineno, node.end_lineno or node.lineno))
            for item in items:
                _see(flow, item.context_expr)
                if item.optional_vars is not None:
                    _forget(flow, item.optional_vars)
            _block(flow, body)
        case ast.Try() | ast.TryStar():
            _branches(flow, [[*node.body, *node.orelse], *(h.body for h in node.handlers)])
            _block(flow, node.finalbody)
        case ast.Match(subject=subject, cases=cases):
            _see(flow, subject)
            _branches(flow, [case.body for case in cases])
        case ast.Assert(test=test):
            _guard(flow, test)
        case _:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    _see(flow, child)
                    _in_place(flow, child)


def _see(flow: Flow, expression: ast.expr) -> None:
    """Lowers an expression and keeps every operation written in it; tests inside it are guards."""
    for node in _expressions(expression):
        if isinstance(node, ast.IfExp | ast.BoolOp):
            _guard_text(flow, node.test if isinstance(node, ast.IfExp) else node)
        if isinstance(node, ast.NamedExpr):
            _assign(flow, node.target, node.value)
        value = flow.lowering.lower(node)
        if isinstance(value, Op) and flow.lowering.spans.get(id(value)) == flow.source.span(node):
            flow.scope.ops.append(value)


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Sub-expressions, innermost last, without the bodies of lambdas and comprehensions."""
    if isinstance(node, ast.expr):
        yield node
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, _PLAIN):
            yield from _expressions(child)


def _guard(flow: Flow, test: ast.expr) -> None:
    _see(flow, test)
    _guard_text(flow, test)


def _guard_text(flow: Flow, test: ast.expr) -> None:
    for node in ast.walk(test):
        if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
            flow.scope.guards.add(flow.source.segment(node))


def _key(flow: Flow, target: ast.expr) -> str | None:
    return flow.source.segment(target) if isinstance(target, ast.Name | ast.Attribute) else None


def _assign(flow: Flow, target: ast.expr, value: ast.expr) -> None:
    held = flow.lowering.lower(value)
    if (
        isinstance(target, ast.Tuple)
        and target.elts
        and isinstance(held, Op)
        and held.name in ("amax", "amin")
    ):
        _forget(flow, target)
        key = _key(flow, target.elts[0])
        if key is not None:
            flow.lowering.env[key] = held
        return
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, its in zip(target.elts, value.elts, strict=True):
            _assign(flow, one, its)
        return
    _forget(flow, target)
    key = _key(flow, target)
    if key is not None and isinstance(held, Op | Module | int | float) and not isinstance(held, bool):
        flow.lowering.env[key] = held


def _augment(
    flow: Flow, target: ast.expr, operator: ast.operator, value: ast.expr, node: ast.AugAssign
) -> None:
    key = _key(flow, target)
    if key is None:
        _forget(flow, target)
        return
    held = flow.lowering.env.get(key, Leaf(key))
    written = ast.copy_location(ast.BinOp(left=target, op=operator, right=value), node)
    flow.lowering.made[target] = held
    result = flow.lowering.lower(written)
    _forget(flow, target)
    if isinstance(result, Op):
        flow.lowering.env[key] = result


def _in_place(flow: Flow, node: ast.expr) -> None:
    """`x.clamp_(min=eps)` as a statement changes what `x` holds."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_"):
        key = _key(flow, node.func.value)
        if key is not None and not node.func.attr.endswith("__"):
            held = flow.lowering.lower(node)
            _forget(flow, node.func.value)
            if isinstance(held, Op):
                flow.lowering.env[key] = held


def _forget(flow: Flow, target: ast.expr) -> None:
    """Names bound by `target` (and attributes of theirs) hold something new and unknown."""
    for node in ast.walk(target):
        if (isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store)) or node is target:
            text = flow.source.segment(node) if isinstance(node, ast.Name | ast.Attribute) else ""
            if isinstance(node, ast.Subscript):
                text = flow.source.segment(node.value)
            if not text:
                continue
            flow.scope.assigned.append((text, getattr(node, "lineno", 0)))
            for key in [k for k in flow.lowering.env if k == text or k.startswith(f"{text}.")]:
                del flow.lowering.env[key]


def _branches(flow: Flow, blocks: list[list[ast.stmt]]) -> None:
    before = flow.lowering.env
    ends: list[dict[str, Any]] = []
    for block in blocks:
        flow.lowering.env = dict(before)
        _block(flow, block)
        if not (block and isinstance(block[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)):
            ends.append(flow.lowering.env)
    kept = ends[0] if ends else before
    flow.lowering.env = {k: v for k, v in kept.items() if all(k in e and e[k] is v for e in ends)}


def _loop(
    flow: Flow, node: ast.stmt, targets: list[ast.expr], body: list[ast.stmt], test: ast.expr | None = None
) -> None:
    flow.scope.loops.append((node.lineno, node.end_lineno or node.lineno))
    stored = [*targets, *_stores(body)]
    for target in stored:
        _forget(flow, target)
    if test is not None:
        _guard(flow, test)
    _block(flow, body)
    for target in stored:
        _forget(flow, target)


def _stores(body: list[ast.stmt]) -> Iterator[ast.expr]:
    """Everything that statements bind, without entering functions."""
    for statement in body:
        if isinstance(statement, _SCOPES):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
                yield node
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr.endswith("_")
            ):
                yield node.func.value
