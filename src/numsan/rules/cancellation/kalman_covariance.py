r"""## What it does

Finds the covariance of a Kalman filter updated by a difference, $P - K H P$ or $(I - K H) P$.

## Why it is bad

With a precise measurement both terms agree in nearly all digits: in float32 the result has wrong or negative
eigenvalues after some steps, is not symmetric, and the next Cholesky factor or gain is `nan` or without meaning. In
float64 it takes longer. Joseph's form is a sum of two semidefinite matrices and stays one.

## Fix safety

No automatic fix: Joseph's form needs the covariance of the measurement, too.

## References

- R. S. Bucy and P. D. Joseph, *Filtering for stochastic processes with applications to guidance*, 1968
- https://en.wikipedia.org/wiki/Kalman_filter#Joseph_form
- G. J. Bierman, *Factorization methods for discrete sequential estimation*, 1977
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from numsan.core.op import Op
from numsan.core.program import Program, dotted, lines_with
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel, same, source

GAIN = re.compile(r"gain|kalman|(^|[._])k(_?[tkn]|_gain)?$", re.I)
COVARIANCE = re.compile(r"(^|[._])P(_?\w+)?$|[Cc]ov|[Ss]igma")
EYE = re.compile(r"\beye\b|identity|\b_?I\w*$")
PRODUCT = re.compile(r"(=|return) .*@")

rule = Rule(
    code="NS230",
    name="kalman-covariance",
    kind="cancellation",
    title="P - K H P loses the definiteness of a covariance",
    advice="use Joseph's form: A = I - K @ H; P = A @ P @ A.mT + K @ R @ K.mT",
    doc=__doc__,
    examples=(
        Example(
            given="P = torch.tensor([[1e4, 1e4], [1e4, 1e4 + 1]])\nH = torch.tensor([[1.0, 0.0]])\n"
            "R = torch.tensor([[1e-4]])\nK = P @ H.T / (H @ P @ H.T + R)",
            bad="y = P - K @ H @ P",
            good="A = torch.eye(2) - K @ H\ny = A @ P @ A.T + K @ R @ K.T",
            silent=("y = P - H @ P", "y = P + K @ H @ P"),
            wrong_by=1e-3,
            run=False,
        ),
        Example(
            given="P = torch.tensor([[1e4, 1e4], [1e4, 1e4 + 1]])\nH = torch.tensor([[1.0, 0.0]])\n"
            "R = torch.tensor([[1e-4]])\nK = P @ H.T / (H @ P @ H.T + R)",
            bad="y = (torch.eye(2) - K @ H) @ P",
            good="A = torch.eye(2) - K @ H\ny = A @ P @ A.T + K @ R @ K.T",
            wrong_by=1e-3,
            run=False,
        ),
    ),
)


@rule.matches("sub")
def difference(op: Op) -> Bindings | None:
    match op:
        case Op("sub", (p, Op("matmul", _) as product)):
            chain = [f for a in product.args for f in _chain(a)]
            return {"k": chain[0], "p": p} if len(chain) > 2 and same(peel(chain[-1]), peel(p)) else None
        case _:
            return None


def _chain(x: Any) -> list[Any]:
    """Factors of a matrix product, from the left, under the names they have."""
    held = peel(x)
    if isinstance(held, Op) and held.name == "matmul" and not source(x).isidentifier():
        return [*_chain(held.args[0]), *_chain(held.args[1])]
    return [x]


@rule.reachable_when()
def of_a_filter(k: Any, p: Any) -> bool | None:
    return True if GAIN.search(source(k).partition("[")[0]) and COVARIANCE.search(source(p)) else None


@rule.scans("eye", "@")
def factored(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """`P = (I - K @ H) @ P` as a whole: in Joseph's form the same product is one factor of a sum."""
    for body in program.bodies_at(lines_with(program.text, "@", PRODUCT)):
        named = {dotted(n.targets[0]): n.value for n in body.nodes if isinstance(n, ast.Assign)}
        for node in body.nodes:
            if isinstance(node, ast.Assign | ast.Return) and isinstance(node.value, ast.BinOp):
                left = node.value.left
                if isinstance(node.value.op, ast.MatMult) and _residual(named.get(dotted(left), left)):
                    yield node.value, "a covariance by a difference: rounding makes it indefinite"


def _residual(node: ast.expr) -> bool:
    """`I - K @ H`."""
    match node:
        case ast.BinOp(left=eye, op=ast.Sub(), right=ast.BinOp(left=k, op=ast.MatMult())):
            return bool(EYE.search(ast.unparse(eye)) and GAIN.search(dotted(k)))
        case _:
            return False
