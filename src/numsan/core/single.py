"""What a name of a program stands for, where it is assigned once: for rules that read a syntax tree."""

from __future__ import annotations

import ast
from functools import cached_property

from numsan.core.program import Body, Program, dotted


def assigned(body: Body) -> dict[str, ast.expr]:
    """Names (`x`, `self.x`) that this body assigns once, as a whole, and their values.

    >>> from numsan.core.program import Program
    >>> text = "h = 1e-3\\nx = 1\\nx = 2"
    >>> list(assigned(Program(text, ast.parse(text), lambda e: None).bodies[0]))
    ['h']
    """
    found: dict[str, ast.expr] = {}
    spoiled: set[str] = set()
    for node in body.nodes:
        for target, value in _targets(node):
            name = dotted(target)
            if name in found or value is None:
                spoiled.add(name)
            elif name:
                found[name] = value
    return {name: value for name, value in found.items() if name not in spoiled}


def _targets(node: ast.AST) -> list[tuple[ast.expr, ast.expr | None]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            return [(t, None if isinstance(t, ast.Tuple | ast.List) else value) for t in targets] + [
                (e, None) for t in targets if isinstance(t, ast.Tuple | ast.List) for e in t.elts
            ]
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return [(target, value)]
        case ast.AugAssign(target=target) | ast.For(target=target) | ast.NamedExpr(target=target):
            return [(target, None)]
        case _:
            return []


def defaults(node: ast.AST) -> dict[str, ast.expr]:
    """Parameters of a function and their default values."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {}
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    pairs = list(zip(positional[len(positional) - len(args.defaults) :], args.defaults, strict=True))
    pairs += [(a, d) for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None]
    return {a.arg: d for a, d in pairs}


class Values:
    """The values of names as one body sees them: its own, its parameters' defaults, the file's, `self`'s."""

    def __init__(self, program: Program, body: Body) -> None:
        self.program = program
        self.own = assigned(body)
        self.default = defaults(body.node)

    @cached_property
    def shared(self) -> dict[str, ast.expr]:
        return _shared(self.program)

    def of(self, node: ast.expr) -> ast.expr:
        """The node, or what the name that it is was assigned."""
        name = dotted(node) if isinstance(node, ast.Name | ast.Attribute) else ""
        for known in (self.own, self.default):
            if name in known:
                return known[name]
        return self.shared.get(name, node) if name else node

    def number(self, node: ast.expr, depth: int = 4) -> float | None:
        """The number that the node stands for, None where source does not say."""
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return float(value)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                value = self.number(inner, depth)
                return None if value is None else -value
            case ast.Name() | ast.Attribute() if depth:
                held = self.of(node)
                return None if held is node else self.number(held, depth - 1)
            case _:
                return None


def _shared(program: Program) -> dict[str, ast.expr]:
    """Attributes that one method sets once (a parameter stands for its default), and the file's own names."""
    attributes: dict[str, ast.expr] = {}
    spoiled: set[str] = set()
    for body in program.bodies[1:]:
        default = defaults(body.node)
        for name, value in assigned(body).items():
            if name.startswith("self."):
                spoiled |= {name} & attributes.keys()
                attributes[name] = default.get(dotted(value), value)
    kept = {name: value for name, value in attributes.items() if name not in spoiled}
    return kept | assigned(program.bodies[0])
