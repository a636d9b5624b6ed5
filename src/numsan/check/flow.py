"""The scopes of a file: its module level, its functions and methods, each with what is known from outside."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numsan.check.bindings import Flow, Scope
from numsan.check.calls import Module
from numsan.check.lower import Lowering
from numsan.check.resolve import Names
from numsan.check.source import Source
from numsan.check.statements import NO_GRAD, block
from numsan.core.op import Leaf
from numsan.core.syntax import statements


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
    block(flow, body)
    known = {k: v for k, v in flow.lowering.env.items() if _lasting(v)}
    flow.scope, flow.lowering.env, flow.lowering.function = outer, outer_env, outer_name
    for inner in _inner_scopes(flow, body, function):
        begun = Scope(inner.name)
        if any(NO_GRAD.search(flow.source.segment(d)) for d in inner.node.decorator_list):
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
        for node in statements(method):
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
