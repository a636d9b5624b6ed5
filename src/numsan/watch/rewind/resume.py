"""Syntax of *the rest of a function*: all from one instruction on, with the loops and blocks around it.

`continuation(tree, place)` builds statements that do what the activation would have done next. A `for` loop
becomes a loop over recorded items (the iterator itself cannot be copied), whose first item means "the rest of
the iteration that was running"; a `while` loop tests again after that rest.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field
from typing import cast

from numsan.watch.rewind.source import Definition, Place, blocks_of, find, running

RT = "__numsan__"  # the one name that generated code uses: see `runtime.Runtime`


class NoWay(Exception):
    """This place cannot be resumed from; the text says why."""


@dataclass(slots=True)
class Rest:
    """Generated statements, and the original loops they go through, by number."""

    body: list[ast.stmt] = field(default_factory=list[ast.stmt])
    loops: list[ast.For | ast.While] = field(default_factory=list["ast.For | ast.While"])
    entered: bool = False  # a `with` block goes around the place


def continuation(tree: Definition, place: Place, first: str | None) -> Rest:
    """What is left to do in `tree` after the expression at `place`, whose value is `__numsan__.result`."""
    rest = Rest()
    rest.body = _after(tree.body, place, rest)
    tidy = Tidy(first)
    rest.body = [s for old in rest.body for s in tidy.statement(old)] or [ast.Pass()]
    return rest


def whole(tree: Definition, first: str | None) -> Rest:
    """All of a function, for one that has not begun."""
    tidy = Tidy(first)
    return Rest([s for old in copy.deepcopy(tree.body) for s in tidy.statement(old)])


def _after(block: list[ast.stmt], place: Place, rest: Rest) -> list[ast.stmt]:
    index = find(block, place)
    if index is None:
        raise NoWay(f"no statement covers line {place.line}")
    tail = [copy.deepcopy(s) for s in block[index + 1 :]]
    return _finish(block[index], place, rest) + tail


def _finish(statement: ast.stmt, place: Place, rest: Rest) -> list[ast.stmt]:
    inner = next((b for b in blocks_of(statement) if find(b, place) is not None), None)
    if inner is None:
        return _header(statement, place)
    match statement:
        case ast.For() | ast.While() if inner is statement.body:
            return [_loop(statement, place, rest)]
        case ast.With():
            rest.entered = True
            body = _after(inner, place, rest)
            items = [_entered(item) for item in statement.items]
            return [_at(ast.With(items=items, body=body or [ast.Pass()]), statement)]
        case ast.Try() if inner is statement.body:
            fresh = copy.deepcopy(statement)
            fresh.body = _after(inner, place, rest) or [ast.Pass()]
            return [fresh]
        case ast.Try():
            done = inner is statement.finalbody
            return _after(inner, place, rest) + ([] if done else copy.deepcopy(statement.finalbody))
        case _:  # if, match, the else block of a loop
            return _after(inner, place, rest)


def _loop(statement: ast.For | ast.While, place: Place, rest: Rest) -> ast.stmt:
    number = len(rest.loops)
    rest.loops.append(statement)
    tail = _after(statement.body, place, rest)
    fresh = copy.deepcopy(statement)
    if isinstance(fresh, ast.While):
        again = ast.parse(f"{RT}.resuming({number})", mode="eval").body
        guard = cast(ast.If, ast.parse(f"if {RT}.first({number}): pass").body[0])
        fresh.test = ast.BoolOp(ast.Or(), [again, fresh.test])
    else:
        item = f"{RT}item{number}"
        guard = cast(ast.If, ast.parse(f"if {item} is {RT}: pass").body[0])
        assign = ast.Assign(targets=[fresh.target], value=ast.Name(item, ast.Load()))
        fresh.body = [cast(ast.stmt, assign), *fresh.body]
        fresh.target = ast.Name(item, ast.Store())
        fresh.iter = ast.parse(f"{RT}.items({number})", mode="eval").body
    guard.body = [*tail, ast.Continue()]
    fresh.body = [guard, *fresh.body]
    return fresh


def _entered(item: ast.withitem) -> ast.withitem:
    """A context is entered again only if that has no effect outside torch: `open(path, "w")` would."""
    expression = copy.deepcopy(item.context_expr)
    subject = expression.func if isinstance(expression, ast.Call) else expression
    keep = "True" if item.optional_vars is not None else "False"
    call = cast(ast.Call, ast.parse(f"{RT}.context(lambda: 0, lambda: 0, {keep})", mode="eval").body)
    cast(ast.Lambda, call.args[0]).body = copy.deepcopy(subject)
    cast(ast.Lambda, call.args[1]).body = expression
    return ast.withitem(context_expr=call)


class _Put(ast.NodeTransformer):
    """Replaces one expression by the value it gave."""

    def __init__(self, target: ast.expr) -> None:
        self.target = target

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.target:
            return ast.copy_location(ast.parse(f"{RT}.result", mode="eval").body, node)
        return super().generic_visit(node)


def _header(statement: ast.stmt, place: Place) -> list[ast.stmt]:
    """The statement itself was running: its call is done, the rest of it is not."""
    fresh = copy.deepcopy(statement)
    call = running(fresh, place)
    if isinstance(fresh, ast.For | ast.While | ast.With | ast.Try | ast.ClassDef | ast.FunctionDef):
        raise NoWay(f"the step was called from the head of the block at line {place.line}")
    if call is None:
        return []
    return [cast(ast.stmt, _Put(call).visit(fresh))]


def _at(node: ast.stmt, model: ast.AST) -> ast.stmt:
    return ast.copy_location(node, model)


class Tidy(ast.NodeTransformer):
    """Makes statements of the original legal and harmless in the generated function."""

    def __init__(self, first: str | None) -> None:
        self.first = first  # first parameter, for `super()`

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        new = self.visit(node)
        return cast("list[ast.stmt]", new if isinstance(new, list) else [] if new is None else [new])

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        return ast.copy_location(ast.Pass(), node)

    def visit_Global(self, node: ast.Global) -> ast.AST:
        return ast.copy_location(ast.Pass(), node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign(targets=[node.target], value=node.value), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args and self.first:
            node.args = [ast.Name("__class__", ast.Load()), ast.Name(self.first, ast.Load())]
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST:
        """The end of a replay is an exception: no handler and no `finally` of the program may see it."""
        self.generic_visit(node)
        if node.handlers:
            stop = ast.parse(f"try: pass\nexcept {RT}.Stop: raise").body[0]
            node.handlers.insert(0, cast(ast.Try, stop).handlers[0])
        if node.finalbody:
            guard = cast(ast.If, ast.parse(f"if not {RT}.stopped: pass").body[0])
            guard.body = node.finalbody
            node.finalbody = [guard]
        return node
