"""Repairs where data is made: rows that are not finite are left out, or single values replaced, or outliers clipped."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.repair.guards import Guard, called, clamp
from numsan.repair.text import Text
from numsan.repair.training import Change

_BOUNDED = {
    "log": "1e-12",
    "log2": "1e-12",
    "log10": "1e-12",
    "log1p": "-1 + 1e-6",
    "sqrt": "0",
    "arccosh": "1",
}


def cleaned(text: Text, line: int, outlying: bool) -> Iterator[Change]:
    """`outlying`: the values are finite, one of them is far out."""
    statement = text.statement(line)
    if statement is None:
        return
    if not outlying:
        for guard in _guarded(text, statement):
            yield text.replaced(*guard.edits), guard.says
    written = _written(statement)
    for form, says in _forms(text, outlying):
        if isinstance(statement, ast.Return) and statement.value is not None:
            yield text.replaced((statement.value, form.format(x=text.atom(statement.value)))), says
        elif written is not None:
            name = text.segment(written)
            new = text.with_lines(statement, f"{name} = {form.format(x=name)}")
            if new is not None:
                yield new, says


def _written(statement: ast.stmt) -> ast.expr | None:
    """The array that a statement makes or writes into."""
    match statement:
        case ast.Assign(targets=[target, *_]) | ast.AugAssign(target=target):
            while isinstance(target, ast.Subscript):
                target = target.value
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=target, attr=name))) if name.endswith("_"):
            pass
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="copyto" | "put" | "place"), args=[target, *_])):
            pass
        case _:
            return None
    return target if isinstance(target, ast.Name | ast.Attribute) else None


def _forms(text: Text, outlying: bool) -> Iterator[Change]:
    numpy, torch = text.names.local("numpy"), text.names.local("torch") or "torch"
    for array in [numpy, torch] if numpy else [torch]:
        if outlying:
            clip = "clamp" if array == torch else "clip"
            for times in (100, 10):
                bound = f"{times} * {array}.median({array}.abs({{x}}))"
                yield (
                    f"{array}.{clip}({{x}}, -{bound}, {bound})",
                    f"clip at {times} times the median magnitude",
                )
            continue
        if array != torch:
            yield f"{{x}}[{array}.isfinite({{x}}).all(axis=1)]", "leave out the rows that are not finite"
        yield f"{array}.nan_to_num({{x}}, nan=0.0, posinf=0.0, neginf=0.0)", "replace what is not finite by 0"


def _guarded(text: Text, statement: ast.stmt) -> Iterator[Guard]:
    """All divisors, logarithms and powers of the statement, in numpy's words, torch's and Python's."""
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    numpy, torch = text.names.local("numpy"), text.names.local("torch")
    for array in [a for a in (numpy, torch) if a] + ["math"]:
        edits: list[tuple[ast.expr, str]] = []
        for node in text.expressions(first, last):
            edits += [e for e in _edits(text, node, array) if not _inside(text, e[0], edits)]
        if edits:
            yield Guard(tuple(edits), "keeps divisors and arguments inside their domain")


def _edits(text: Text, node: ast.expr, array: str) -> Iterator[tuple[ast.expr, str]]:
    match node:
        case ast.BinOp(op=ast.Div(), right=right) if not isinstance(right, ast.Constant):
            below = text.segment(right)
            new = f"({below} or 1)" if array == "math" else f"{array}.where({below} == 0, 1, {below})"
            yield right, new
        case ast.BinOp(op=ast.Pow(), left=left, right=right) if not isinstance(right, ast.Constant):
            yield left, clamp(text.segment(left), "min=0.0", array)
        case ast.Call():
            name, operand = called(text, node)
            if operand is not None and name in _BOUNDED:
                yield operand, _at_least(text.segment(operand), _BOUNDED[name], array)
            if operand is not None and name in ("power", "pow") and node.args:
                yield operand, _at_least(text.segment(operand), "0.0", array)
        case _:
            return


def _at_least(operand: str, bound: str, array: str) -> str:
    if array in ("torch", "math"):
        return clamp(operand, f"min={bound}", array)
    return f"{array}.maximum({operand}, {bound})"


def _inside(text: Text, node: ast.expr, edits: list[tuple[ast.expr, str]]) -> bool:
    start, end = text.span(node)
    return any(
        (a <= start and end <= b) or (start <= a and b <= end) for a, b in (text.span(e[0]) for e in edits)
    )
