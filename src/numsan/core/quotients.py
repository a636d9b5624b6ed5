"""Difference quotients in source: `(f(x + h) - f(x)) / h` in one expression, or over several lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from numsan.core.program import Body, Program, dotted, lines_with
from numsan.core.single import Values

_SMALL = re.compile(r"(^|[._])(h|eps\w*|delta\w*|step\w*|dx|tol\w*|perturb\w*)$", re.I)
_DIVIDED = re.compile(
    r"\) ?/ *\(?(2(\.0?)? *\* *)?((self\.)?_?(h|eps\w*|delta\w*|step\w*|dx|tol\w*|perturb\w*)\b|\d[\d.]*e-\d)",
    re.I,
)
_LIBRARIES = ("torch", "numpy", "math", "jax", "tensorflow", "scipy")


@dataclass(frozen=True, slots=True)
class Quotient:
    """`node` divides the difference of two values of `function`; `step` is what they are apart, once."""

    node: ast.BinOp
    function: str
    step: ast.expr
    central: bool


def quotients(program: Program) -> Iterator[tuple[Quotient, Values]]:
    """Quotients of values of a function that is not one of a library: those are known operations."""
    lines = _divided(program.text)
    for body in program.bodies_at(lines) if lines else ():
        values = Values(program, body)
        for quotient in _in(program, body, values):
            yield quotient, values


@lru_cache(maxsize=1)  # several rules ask about one file
def _divided(text: str) -> list[int]:
    return [n for end in (") /", ")/") for n in lines_with(text, end, _DIVIDED)]


def _in(program: Program, body: Body, values: Values) -> Iterator[Quotient]:
    for node in body.nodes:
        match node:
            case ast.BinOp(op=ast.Div(), left=ast.BinOp(op=ast.Sub(), left=ahead, right=behind), right=width):
                ahead, behind = values.of(ahead), values.of(behind)
                if not isinstance(ahead, ast.Call) or not isinstance(behind, ast.Call):
                    continue
                if ast.unparse(ahead.func) != ast.unparse(behind.func) or _known(program, ahead.func):
                    continue
                step = _once(width)
                central = _central(body, ahead, behind, step)
                if central is not None and central == (step is not width):
                    yield Quotient(node, ast.unparse(ahead.func), step, central)
            case _:
                pass


def _known(program: Program, function: ast.expr) -> bool:
    return (program.qualified(function) or "").partition(".")[0] in _LIBRARIES


def _once(width: ast.expr) -> ast.expr:
    """`h` of `2 * h`."""
    match width:
        case (
            ast.BinOp(op=ast.Mult(), left=ast.Constant(value=2), right=step)
            | ast.BinOp(op=ast.Mult(), left=step, right=ast.Constant(value=2))
        ):
            return step
        case _:
            return width


def _central(body: Body, ahead: ast.Call, behind: ast.Call, step: ast.expr) -> bool | None:
    """Whether the two values stand on both sides of a point (`2 * h` apart); None where they are no such pair."""
    if len(ahead.args) != len(behind.args) or not ahead.args:
        return None
    apart = [(a, b) for a, b in zip(ahead.args, behind.args, strict=True) if ast.unparse(a) != ast.unparse(b)]
    if not apart:
        return _in_place(body, ahead, behind, step)
    if len(apart) != 1:
        return None
    sides = _sides(*apart[0], step)
    return _copied(body, *apart[0], step) if sides is None else sides


def _sides(a: ast.expr, b: ast.expr, step: ast.expr) -> bool | None:
    match a, b:
        case ast.BinOp(op=ast.Add(), left=x, right=h), ast.BinOp(op=ast.Sub(), left=z, right=k):
            pair = ast.unparse(x) == ast.unparse(z) and ast.unparse(h) == ast.unparse(k)
            return True if pair and _steps(h, step) else None
        case ast.BinOp(op=ast.Add(), left=x, right=h), z if ast.unparse(x) == ast.unparse(z):
            return False if _steps(h, step) else None
        case z, ast.BinOp(op=ast.Sub(), left=x, right=h) if ast.unparse(x) == ast.unparse(z):
            return False if _steps(h, step) else None
        case _:
            return None


def _copied(body: Body, a: ast.expr, b: ast.expr, step: ast.expr) -> bool | None:
    """`p = x.copy(); p[i] += h` or `x.at[i].add(h)` beside `x`."""
    match a:
        case ast.Call(
            func=ast.Attribute(attr="add", value=ast.Subscript(value=ast.Attribute(attr="at", value=x)))
        ):
            return False if ast.unparse(x) == ast.unparse(b) else None
        case ast.Name(id=name):
            ups = [n for n in body.nodes if isinstance(n, ast.AugAssign) and isinstance(n.op, ast.Add)]
            moved = any(ast.unparse(step) in ast.unparse(n.value) and _base(n.target) == name for n in ups)
            made = any(
                isinstance(n, ast.Assign)
                and dotted(n.targets[0]) == name
                and dotted(b) in ast.unparse(n.value)
                for n in body.nodes
            )
            return False if moved and made and dotted(b) else None
        case _:
            return None


def _base(node: ast.expr) -> str:
    return dotted(node.value) if isinstance(node, ast.Subscript) else dotted(node)


def _steps(added: ast.expr, step: ast.expr) -> bool:
    """Whether what is added to the point is the step, a multiple of it, or a vector that is named after it."""
    text = ast.unparse(step)
    return bool(re.search(rf"(?<![\w.]){re.escape(text)}(?!\w)", ast.unparse(added))) or (
        bool(_SMALL.search(dotted(step))) and isinstance(added, ast.Name | ast.Subscript)
    )


def _in_place(body: Body, ahead: ast.Call, behind: ast.Call, step: ast.expr) -> bool | None:
    """`x[i] += h` between two calls with the same arguments; a second change before the other call is central."""
    text = ast.unparse(step)
    changes = sorted(
        (n.lineno, isinstance(n.op, ast.Add))
        for n in body.nodes
        if isinstance(n, ast.AugAssign)
        and isinstance(n.op, ast.Add | ast.Sub)
        and text in ast.unparse(n.value)
    )
    before = [up for line, up in changes if line < ahead.lineno]
    if not before or not before[-1]:
        return None
    first = changes[0][0]
    return None if first < behind.lineno < ahead.lineno else behind.lineno > ahead.lineno
