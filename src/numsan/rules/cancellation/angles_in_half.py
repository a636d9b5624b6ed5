r"""## What it does

Finds angles, of which a cosine and a sine are taken, that are multiplied in half precision: positions or time steps in the
format of the model, or a matrix product of positions and frequencies in a file that runs under autocast.

## Why it is bad

bfloat16 holds whole numbers up to 256 and float16 up to 2,048: positions beyond share their angles, and an angle of 1,000
has an error of 4 (0.5 in float16), which is all of a period. Autocast takes a matrix product to half precision whatever its
operands are, so that `.float()` before it does not help.

## Fix safety

No automatic fix: the block has to be told apart from what autocast is meant for.

## References

- https://github.com/huggingface/transformers/pull/29285
- https://docs.pytorch.org/docs/stable/amp.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.coordinates import coordinate, unplaced
from numsan.core.program import Body, Program, dotted, lines_with, read_in
from numsan.core.rule import Example, Rule

ANGLES = re.compile(r"\b(cos|sin)\(")
FREQUENCIES = re.compile(r"inv_?freq|frequenc|omega|theta", re.I)
MIXED = re.compile(r"^ *(with |@).*autocast\((?!.*enabled=False)", re.M)
CONVERTED = re.compile(r"\.(half|bfloat16)\(\)|\.to\([^()]*(bfloat16|float16)")
OWN = re.compile(r"(^|[._])dtype$")

rule = Rule(
    code="NS235",
    name="angles-in-half",
    kind="precision",
    title="angles of positions are multiplied in half precision",
    advice="multiply in float32, under torch.autocast(device_type, enabled=False), and convert the cosine and sine",
    doc=__doc__,
    examples=(
        Example(
            given="freqs = torch.tensor(0.37)\nclass Model:\n    dtype = torch.bfloat16\nself = Model()",
            bad="def embed(self, t):\n    t = t.to(self.dtype)\n    args = t * freqs.to(self.dtype)\n"
            "    return torch.cat([args.cos(), args.sin()])\n"
            "y = embed(self, torch.tensor([999.0]))\nz = torch.nn.Linear(2, 2).to(torch.bfloat16)",
            good="def embed(self, t):\n    args = t.float() * freqs\n    return torch.cat([args.cos(), args.sin()])\n"
            "y = embed(self, torch.tensor([999.0]))\nz = torch.nn.Linear(2, 2).to(torch.bfloat16)",
            silent=(
                "def embed(self, t):\n    args = t.float() * freqs\n"
                "    return torch.cat([args.cos(), args.sin()]).to(self.dtype)\n"
                "z = torch.nn.Linear(2, 2).to(torch.bfloat16)",
            ),
            wrong_by=0.1,
            right_to=1e-3,
            run=False,
        ),
    ),
)


@rule.scans("cos(", "sin(")
def narrowed(program: Program) -> Iterator[tuple[ast.AST, str]]:
    text = program.text
    mixed, converted = MIXED.search(text), CONVERTED.search(text)
    if not (mixed or converted):
        return
    for body in program.bodies_at(lines_with(text, "cos(", ANGLES)):
        if not (body.methods("cos") and body.methods("sin")) or body.methods("autocast", "maybe_autocast"):
            continue
        if mixed:
            yield from _products(body)
        if converted:
            yield from _in_own_format(body)


def _products(body: Body) -> Iterator[tuple[ast.AST, str]]:
    for node in body.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                sides = ast.unparse(left), ast.unparse(right)
            case _:
                continue
        if any(FREQUENCIES.search(s) for s in sides) and any("pos" in s for s in sides):
            yield node, "autocast takes this product to half precision, whatever its operands are"


def _in_own_format(body: Body) -> Iterator[tuple[ast.AST, str]]:
    """`t = t.to(self.dtype)`, and the product of it and the frequencies."""
    cast = {dotted(n.targets[0]) for n in body.nodes if isinstance(n, ast.Assign) and _cast(n.value)}
    for node in body.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Mult() | ast.MatMult(), right=right):
                names = read_in(left) & cast or {ast.unparse(c) for c in _casts_in(left)}
            case _:
                continue
        if names and "float" not in ast.unparse(node) and re.search("freq|omega", ast.unparse(right)):
            yield node, f"`{min(names)}` is in the format of the model: bfloat16 counts to 256"


def _casts_in(value: ast.expr) -> list[ast.Call]:
    """`steps.to(self.dtype)[:, None]`, where it is multiplied."""
    held = value.value if isinstance(value, ast.Subscript) else value
    return [held] if isinstance(held, ast.Call) and _cast(held) else []


def _cast(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(value=of, attr="to"), args=[ast.Name() | ast.Attribute() as kind]):
            name = unplaced(ast.unparse(of))
            return (coordinate(name) or name in ("t", "steps")) and bool(OWN.search(dotted(kind)))
        case _:
            return False
