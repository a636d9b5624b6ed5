r"""## What it does

Finds gradient clipping written out, `coef = max_norm / (norm + eps)`, that multiplies the gradients without
looking whether the norm is finite.

## Why it is bad

One infinite component makes the norm `inf` and the coefficient 0: $\infty \cdot 0$ = `nan` in that place and 0
in all others, in every format. With `nan` in the norm every gradient becomes `nan`. The step is taken
nevertheless and the weights are lost.

## Fix safety

No automatic fix: what to do with such a step is the program's decision.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
- https://github.com/pytorch/pytorch/issues/46849
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program, dotted, lines_with
from numsan.core.rule import Example, Rule

NORM = re.compile(r"norm", re.I)
QUOTIENT = re.compile(r"(max|clip|bound|threshold).*/", re.I)
BOUND = re.compile(r"max|clip|bound|threshold", re.I)
TESTED = re.compile(r"isfinite|isnan|isinf|error_if_nonfinite|nan_to_num")

rule = Rule(
    code="NS511",
    name="clip-by-hand",
    kind="domain",
    phase="optimizer",
    title="clipping written out turns an infinite gradient into nan",
    advice="torch.nn.utils.clip_grad_norm_(parameters, max_norm, error_if_nonfinite=True)",
    doc=__doc__,
    examples=(
        Example(
            given="p = torch.nn.Parameter(torch.ones(2))\np.grad = torch.tensor([float('inf'), 1.0])\nmax_norm = 1.0",
            bad=(
                "norm = torch.linalg.vector_norm(p.grad)\n"
                "coef = max_norm / (norm + 1e-6)\n"
                "p.grad.mul_(coef)\n"
                "y = p.grad.clone()"
            ),
            good=(
                "norm = torch.linalg.vector_norm(p.grad)\n"
                "p.grad = p.grad if torch.isfinite(norm) else torch.zeros_like(p)\n"
                "coef = max_norm / (norm + 1e-6)\n"
                "p.grad.mul_(coef)\n"
                "y = p.grad.clone()"
            ),
            silent=("y = max_norm / (norm + 1e-6)",),
            run=False,
        ),
    ),
)


@rule.scans("grad", "norm")
def unseen(program: Program) -> Iterator[tuple[ast.AST, str]]:
    lines = lines_with(program.text, "/", QUOTIENT)
    for body in program.bodies_at(lines):
        norms = _norms(body)
        coefficient = next((n for n in body.nodes if _coefficient(n, norms)), None)
        if coefficient is None or not _scales_gradients(body):
            continue
        if not any(TESTED.search(name) for name in _names(body)):
            yield coefficient, f"`{ast.unparse(coefficient)}` is 0 or nan for a norm that is not finite"


def _norms(body: Body) -> set[str]:
    """Names that hold a norm: `total = torch.norm(...)`, `total = total ** 0.5`."""
    return {
        dotted(target)
        for node in body.nodes
        if isinstance(node, ast.Assign) and NORM.search(ast.unparse(node.value))
        for target in node.targets
    }


def _coefficient(node: ast.AST, norms: set[str]) -> bool:
    match node:
        case ast.BinOp(left=above, op=ast.Div(), right=below):
            norm = below.left if isinstance(below, ast.BinOp) and isinstance(below.op, ast.Add) else below
            named = NORM.search(dotted(norm)) or dotted(norm) in norms
            return bool(named and BOUND.search(ast.unparse(above)))
        case _:
            return False


def _scales_gradients(body: Body) -> bool:
    looped = {dotted(n.target) for n in body.loops if isinstance(n, ast.For)}
    scaled = {c.receiver.removesuffix(".detach()") for c in body.methods("mul_")} | {
        dotted(n.target) for n in body.nodes if isinstance(n, ast.AugAssign) and isinstance(n.op, ast.Mult)
    }
    if any("grad" in name or name == "g" or (name in looped and name[:1] == "g") for name in scaled):
        return True
    return any(
        "grad" in ast.unparse(c.node) for c in body.methods("_foreach_mul_", "tree_map", "map")
    ) or any(_rescaled(node) for node in body.nodes)


def _rescaled(node: ast.AST) -> bool:
    """`grad = grad * coef`."""
    match node:
        case ast.Assign(targets=[target], value=ast.BinOp(left=a, op=ast.Mult(), right=b)):
            return "grad" in dotted(target) and dotted(target) in (dotted(a), dotted(b))
        case _:
            return False


def _names(body: Body) -> Iterator[str]:
    for node in body.nodes:
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
