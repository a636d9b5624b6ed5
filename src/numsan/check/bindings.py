"""What is known of a file while it is walked: its scopes, what their names hold."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from numsan.check.lower import Lowering
from numsan.check.source import Source
from numsan.core.op import Leaf, Op
from numsan.core.syntax import walk

_MOST_NAMES = 500


@dataclass(slots=True)
class Scope:
    """The operations of one function (or of the module level) and what else a rule may ask about it."""

    function: str
    ops: list[Op] = field(default_factory=list[Op])
    guards: set[str] = field(default_factory=set[str])  # texts in the tests of `if`, `assert`, `while`
    counted: set[str] = field(
        default_factory=set[str]
    )  # texts of which tests only ask how many elements there are
    taken: dict[str, set[str]] = field(default_factory=dict[str, set[str]])  # by an index: what it has taken
    guarded: set[int] = field(default_factory=set[int])  # ids of the operations that tests speak about
    assigned: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])  # (name, line)
    loops: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    counters: set[str] = field(default_factory=set[str])  # names that a loop counts
    untrained: bool = False  # inference, preprocessing, metrics
    by_hand: bool = False  # the forward or backward of an `autograd.Function`, which nothing differentiates
    again: bool = False  # a second look at a function, with the arguments of a call
    results: list[Any] = field(default_factory=list[Any])  # what it returns
    no_grad: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])  # lines
    wide: list[tuple[int, int]] = field(
        default_factory=list[tuple[int, int]]
    )  # lines with autocast switched off

    def without_gradient(self, op: Op) -> bool:
        """Whether the operation stands under `no_grad` or `inference_mode`."""
        return any(first <= op.where.line <= last for first, last in self.no_grad)

    def in_full_precision(self, op: Op) -> bool:
        """Whether the operation stands under `autocast(enabled=False)`."""
        return any(first <= op.where.line <= last for first, last in self.wide)


@dataclass(slots=True)
class Flow:
    """All scopes of a file. `lowering` keeps what came from where."""

    source: Source
    lowering: Lowering
    scopes: list[Scope] = field(default_factory=list[Scope])
    scope: Scope = field(default_factory=lambda: Scope(""))


def key_of(flow: Flow, target: ast.AST) -> str | None:
    return flow.source.segment(target) if isinstance(target, ast.Name | ast.Attribute) else None


def forget(flow: Flow, target: ast.expr) -> None:
    """Names bound by `target` (and attributes of theirs) hold something new and unknown."""
    if len(flow.lowering.env) > _MOST_NAMES:  # a generated file, where looking through all costs minutes
        del flow.lowering.env[next(iter(flow.lowering.env))]
    for node in (target,) if isinstance(target, ast.Name) else walk(target):
        if (isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store)) or node is target:
            text = flow.source.segment(node) if isinstance(node, ast.Name | ast.Attribute) else ""
            if isinstance(node, ast.Subscript):
                text = flow.source.segment(node.value)
            if not text:
                continue
            flow.scope.assigned.append((text, getattr(node, "lineno", 0)))
            held = flow.lowering.env.get(text)
            if isinstance(node, ast.Subscript) and isinstance(held, Leaf) and held.call is not None:
                continue  # a part of it is written; who made the whole is still known
            flow.lowering.lambdas.pop(text, None)
            size = len(text)
            for key in [
                k for k in flow.lowering.env if k.startswith(text) and k[size : size + 1] in ("", ".", "[")
            ]:
                del flow.lowering.env[key]
            flow.lowering.env[text] = flow.lowering.named(text)
