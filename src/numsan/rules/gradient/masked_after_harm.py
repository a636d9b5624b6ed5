r"""## What it does

Finds a quotient or logarithm whose bad places are overwritten afterwards: `y = a / b`, then `y[b == 0] = 0` or
`y[torch.isnan(y)] = 0`.

## Why it is bad

The value is right and the gradient is not: the place was differentiated before it was overwritten, and its zero
gradient is multiplied with the infinite derivative of $a/b$ or $\log b$ at 0: $0 \cdot \infty$ = `nan`, in every
format.

## Fix safety

No automatic fix: the argument has to be made safe before the division, `a / torch.where(b == 0, 1.0, b)`.

## References

- https://github.com/pytorch/pytorch/issues/4132
- https://docs.jax.dev/en/latest/faq.html#gradients-contain-nan-where-using-where
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program
from numsan.core.rule import Example, Rule
from numsan.core.syntax import walk

rule = Rule(
    code="NS410",
    name="masked-after-the-harm",
    kind="domain",
    phase="backward",
    title="a place overwritten after a division still sends a nan gradient",
    advice="make the argument safe first: a / torch.where(b == 0, 1.0, b)",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([1.0, 1.0], requires_grad=True)\nb = torch.tensor([0.0, 2.0])",
            bad="q = a / b\nempty = b == 0\nq[empty] = 0.0\ny = q",
            good="y = a / torch.where(b == 0, 1.0, b)",
            silent=(
                "q = a / b\nq[0] = 0.0\ny = q",
                "q = a / (b + 1e-6)\nq[b == 0] = 0.0\ny = q",
                "with torch.no_grad():\n    q = a / b\n    q[b == 0] = 0.0",
            ),
            run=False,
        ),
    ),
)
_CONSTANT = re.compile(r"\] = (?:[\d.\"']|True|False|None)")
_TESTS = ("isnan", "isinf", "isfinite")


@rule.scans("torch", "] = ")
def overwritten(program: Program) -> Iterator[tuple[ast.AST, str]]:
    lines = [program.text.count("\n", 0, m.start()) + 1 for m in _CONSTANT.finditer(program.text)]
    for body in program.bodies_at(lines):
        if not any(_overwrites(n) for n in body.nodes):
            continue
        if any(isinstance(n, ast.With) and "no_grad" in ast.unparse(n.items[0]) for n in body.nodes):
            continue
        masks = _masks(body)
        mended = {name for n in body.nodes for name in _replaces_zeros(n)}
        made = {k: v for k, v in _quotients(body) if not mended & set(_denominators(v.value))}
        yield from _findings(program, body, made, masks)


def _overwrites(node: ast.AST) -> bool:
    """`y[mask] = 0.0`."""
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.targets[0], ast.Subscript)
    )


def _findings(
    program: Program, body: Body, made: dict[str, ast.Assign], masks: dict[str, ast.expr]
) -> Iterator[tuple[ast.AST, str]]:
    for node in body.nodes:
        match node:
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id=name), slice=mask)], value=ast.Constant()
            ) if name in made and made[name].lineno < node.lineno:
                test = masks.get(mask.id, mask) if isinstance(mask, ast.Name) else mask
                if _selects(program, test, made[name].value, name):
                    text = ast.unparse(made[name].value)
                    yield (
                        made[name].value,
                        f"`{text}` is overwritten where it is not finite, too late for its gradient",
                    )
            case _:
                pass


def _quotients(body: Body) -> Iterator[tuple[str, ast.Assign]]:
    """`y = ... a / b ...` with a plain name below."""
    for node in body.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if any(
                _divides(n) for n in walk(value)
            ):
                yield name, node
            case _:
                pass


def _replaces_zeros(node: ast.AST) -> Iterator[str]:
    """`b[b == 0] = 1` before the division."""
    match node:
        case ast.Assign(
            targets=[ast.Subscript(value=ast.Name(id=name), slice=ast.Compare(left=ast.Name(id=tested)))],
            value=ast.Constant(value=int() | float() as value),
        ) if name == tested and value:
            yield name
        case _:
            pass


def _denominators(value: ast.expr) -> Iterator[str]:
    for n in walk(value):
        if isinstance(n, ast.BinOp) and _divides(n) and isinstance(n.right, ast.Name):
            yield n.right.id


def _divides(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Name)


def _masks(body: Body) -> dict[str, ast.expr]:
    return {
        n.targets[0].id: n.value
        for n in body.nodes
        if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
    }


def _selects(program: Program, test: ast.expr, value: ast.expr, name: str) -> bool:
    """`b == 0` for a denominator `b`, `isnan(y)` for the result."""
    below = set(_denominators(value))
    match test:
        case ast.Compare(left=ast.Name(id=left), comparators=[ast.Constant(value=0 | 0.0)]):
            return left in below
        case ast.Compare(left=ast.Name(id=one), ops=[ast.NotEq()], comparators=[ast.Name(id=other)]):
            return one == other == name  # only nan differs from itself
        case ast.UnaryOp(op=ast.Invert(), operand=inner):
            return _selects(program, inner, value, name)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr), args=args) if attr in _TESTS:
            about = owner if not args else ast.unparse(args[0])
            return about == name and (not args or (program.qualified(test.func) or "").startswith("torch."))
        case _:
            return False
