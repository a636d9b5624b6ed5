"""The functions inside a body, each with what its class and the names around it say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from numsan.check.attributes import attributes_of
from numsan.check.bindings import Flow


@dataclass(frozen=True, slots=True)
class Inner:
    """A function to walk: its dotted name, its node, what its class says about `self`, the names around it."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    attributes: dict[str, Any]
    around: dict[str, Any]
    once: frozenset[str] = frozenset()  # attributes that one statement of the class sets
    asked: set[str] = field(default_factory=set[str])  # what the function around it tests


def inner_scopes(flow: Flow, body: list[ast.stmt], function: str, around: dict[str, Any]) -> Iterator[Inner]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Inner(f"{function}.{statement.name}".lstrip("."), statement, {}, around)
        elif isinstance(statement, ast.ClassDef):
            attributes, once = attributes_of(flow, statement)
            for inner in inner_scopes(flow, statement.body, statement.name, around):
                yield Inner(inner.name, inner.node, attributes, around, once)
        else:
            for block in _blocks(statement):
                yield from inner_scopes(flow, block, function, around)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block  # pyright: ignore[reportUnknownVariableType]
    for handler in getattr(statement, "handlers", ()):
        yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body
