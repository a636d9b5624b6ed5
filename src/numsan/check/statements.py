"""Statements in order: branches are walked in turn, loop bodies as their first turn sees them.

Where branches disagree a name is forgotten, which is the safe direction; a change that only one branch makes
is kept, as it happens in some runs.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from typing import Any, TypeGuard

from numsan.check.assignments import assign, augment, value_of
from numsan.check.bindings import Flow, forget, key_of
from numsan.check.copies import accumulated, doubted, multiplied
from numsan.check.in_place import in_place
from numsan.check.inner import bind_element
from numsan.check.seeing import guard, guard_text, see
from numsan.core.op import Leaf, Op, leaves
from numsan.core.syntax import children, walk

NO_GRAD = re.compile(r"no_grad|inference_mode")
NO_AUTOCAST = re.compile(r"autocast\(.*enabled ?= ?False|autocast\(False", re.S)
CHECKED = re.compile(r"(^|[._])(_?assert\w*|\w*_check|check_\w+|verify\w*)$")
FORM = re.compile(r"shape|type|ndim|device|length|size", re.I)  # what is asked about it, if not its values
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def block(flow: Flow, body: list[ast.stmt]) -> None:
    for statement in body:
        _statement(flow, statement)


def _statement(flow: Flow, node: ast.stmt) -> None:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            return
        case ast.Assign(targets=targets, value=value):
            see(flow, value)
            for target in targets:
                assign(flow, target, value)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            see(flow, value)
            assign(flow, target, value)
        case ast.AugAssign(target=target, op=operator, value=value):
            see(flow, value)
            augment(flow, target, operator, value, node)
        case ast.If(test=test, body=body, orelse=orelse):
            guard(flow, test)
            _branches(flow, [body, orelse])
        case (
            ast.For(target=target, iter=iterable, body=body, orelse=orelse)
            | ast.AsyncFor(target=target, iter=iterable, body=body, orelse=orelse)
        ):
            see(flow, iterable)
            _loop(flow, node, [target], [*body, *orelse], iterable=iterable)
        case ast.While(test=test, body=body, orelse=orelse):
            _loop(flow, node, [], [*body, *orelse], test)
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            if any(NO_GRAD.search(flow.source.segment(item.context_expr)) for item in items):
                flow.scope.no_grad.append((node.lineno, node.end_lineno or node.lineno))
            if any(NO_AUTOCAST.search(flow.source.segment(item.context_expr)) for item in items):
                flow.scope.wide.append((node.lineno, node.end_lineno or node.lineno))
            for item in items:
                see(flow, item.context_expr)
                if item.optional_vars is not None:
                    forget(flow, item.optional_vars)
            block(flow, body)
        case ast.Try() | ast.TryStar():
            _branches(flow, [[*node.body, *node.orelse], *(h.body for h in node.handlers)])
            block(flow, node.finalbody)
        case ast.Match(subject=subject, cases=cases):
            see(flow, subject)
            _branches(flow, [case.body for case in cases])
        case ast.Assert(test=test):
            guard(flow, test)
        case ast.Return(value=value) if value is not None:
            see(flow, value)
            flow.scope.results.append(value_of(flow, value))
        case _:
            for child in children(node):
                if isinstance(child, ast.expr):
                    see(flow, child)
                    if (
                        isinstance(child, ast.Call)
                        and child.args
                        and CHECKED.search(called := flow.source.segment(child.func))
                        and not FORM.search(called)
                    ):
                        guard_text(flow, child.args[0])
                    in_place(flow, child)


def _branches(flow: Flow, blocks: list[list[ast.stmt]]) -> None:
    before = flow.lowering.env
    ends: list[dict[str, Any]] = []
    for body in blocks:
        flow.lowering.env = dict(before)
        block(flow, body)
        if not (body and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)):
            ends.append(flow.lowering.env)
    flow.lowering.env = _joined(flow, before, ends) if ends else before


def _joined(flow: Flow, before: dict[str, Any], ends: list[dict[str, Any]]) -> dict[str, Any]:
    """What holds after a branching: what all ends agree on, and operations that one of them makes."""
    joined: dict[str, Any] = {}
    for key in {k: None for end in ends for k in end}:
        at_start = before.get(key)
        changed = {id(v): v for end in ends if (v := end.get(key)) is not at_start}
        if not changed:
            joined[key] = at_start
        elif len(changed) == 1:
            (value,) = changed.values()
            if all(end.get(key) is value for end in ends):
                joined[key] = value
            elif isinstance(value, Op) and value.name != "ones":  # a mask that nobody gave selects all
                joined[key] = doubted(flow.lowering, value)
            elif isinstance(at_start, Leaf):
                joined[key] = at_start
        elif all(map(_sampled, changed.values())):
            joined[key] = next(iter(changed.values()))
        else:
            low = flow.lowering
            low.either[key] = {low.original(v) for v in changed.values() if isinstance(v, Op)}
            hiding = min(filter(_hides, changed.values()), key=_fixed, default=None)
            if hiding is not None:
                joined[key] = doubted(low, hiding)
    return joined


def _hides(value: Any) -> TypeGuard[Op]:
    """A bias of -inf where a mask says so; another branch may have been given one that is ready."""
    return isinstance(value, Op) and value.name == "masked_fill" and value.args[-1] == -math.inf


def _fixed(hiding: Op) -> bool:
    """A triangle of ones, which is the same for every input."""
    return not any(True for _ in leaves(hiding.args[1]))


def _sampled(value: Any) -> bool:
    """An index that was drawn by its probability, or has the largest: none of them is 0 there."""
    return (
        isinstance(value, Leaf)
        and value.call is not None
        and value.call[0].endswith(("multinomial", "argmax"))
    )


def _loop(
    flow: Flow,
    node: ast.stmt,
    targets: list[ast.expr],
    body: list[ast.stmt],
    test: ast.expr | None = None,
    iterable: ast.expr | None = None,
) -> None:
    flow.scope.loops.append((node.lineno, node.end_lineno or node.lineno))
    inside = [*_stores(body)]
    first = dict(flow.lowering.env)
    for target in (*targets, *inside):
        forget(flow, target)
    bound = {key for target in targets for node in walk(target) if (key := key_of(flow, node))}
    flow.scope.counters |= bound
    for key, value in first.items():
        if isinstance(value, Op) and flow.lowering.env.get(key) is not value and key not in bound:
            flow.lowering.env[key] = doubted(flow.lowering, value)
    if test is not None:
        guard(flow, test)
    if iterable is not None:
        bind_element(flow.lowering, targets[0], iterable)
    block(flow, body)
    ends = dict(flow.lowering.env)
    for target in (*targets, *inside):
        forget(flow, target)
    for target in inside:
        key = key_of(flow, target.value) if isinstance(target, ast.Subscript) else None
        if key is not None and id(held := ends.get(key)) in flow.lowering.stored:
            flow.lowering.env[key] = held
    for key in {key for target in inside if (key := key_of(flow, target))}:
        held = ends.get(key)
        if not isinstance(held, Op):
            continue
        if (
            key not in first
        ):  # bound here for the first time: whoever reads it later, reads what a turn has made
            flow.lowering.env[key] = doubted(flow.lowering, held)
            continue
        begun = first.get(key)
        made = multiplied(flow.lowering, held, key)
        if made is None and isinstance(begun, int | float) and begun == 0:
            made = accumulated(flow.lowering, held, key)
        if made is not None:
            flow.lowering.env[key] = made


def _stores(body: list[ast.stmt]) -> Iterator[ast.expr]:
    """Everything that statements bind, without entering functions."""
    for statement in body:
        if isinstance(statement, _SCOPES):
            continue
        for node in walk(statement):
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
                yield node
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr.endswith("_")
            ):
                yield node.func.value
