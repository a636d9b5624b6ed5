r"""## What it does

Finds the logarithm of a rotation by $\theta / (2 \sin\theta)$, where $\theta$ is an arc cosine.

## Why it is bad

At half a turn $\sin\theta = 0$ and $R - R^\top = 0$: the axis is 0/0, and near it all digits are lost, however small
angles are taken care of. A quaternion holds the axis at every angle: $\omega = 2\,\operatorname{atan2}(|v|, w)\,v/|v|$.

## Fix safety

No automatic fix: the logarithm is best taken of a quaternion.

## References

- J. Sola, J. Deray, D. Atchuthan, *A micro Lie theory for state estimation in robotics*, 2018,
  https://arxiv.org/abs/1812.01537
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program, dotted, lines_with
from numsan.core.rule import Example, Rule
from numsan.core.syntax import walk

SINE = re.compile(r"\bsin\(")
ARC = re.compile(r"\b(arc|a)cos\(")
HALF_TURN = re.compile(r"\b(pi|PI|quat\w*)\b")

rule = Rule(
    code="NS334",
    name="rotation-log-by-sine",
    kind="domain",
    title="the logarithm of a rotation by theta / sin(theta) is 0/0 at half a turn",
    advice="go by the quaternion, 2 * atan2(|v|, w) * v / |v|, or treat angles near pi apart",
    doc=__doc__,
    examples=(
        Example(
            given="import numpy as np\nR = np.diag([1.0, -1.0, -1.0])\n"
            "v = np.array([R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]])",
            bad="theta = np.arccos(np.clip((np.trace(R) - 1) / 2, -1.0, 1.0))\n"
            "y = torch.from_numpy(theta * v / (2 * np.sin(theta)))",
            good="y = torch.tensor([np.pi, 0.0, 0.0])",
            silent=(
                "theta = np.arccos(np.clip((np.trace(R) - 1) / 2, -1.0, 1.0))\n"
                "y = theta * v / (2 * np.sin(theta)) if theta < np.pi - 1e-3 else v",
            ),
            wrong_by=0.5,
            right_to=1e-6,
            run=False,
        ),
    ),
)


@rule.scans("cos(", "sin(")
def by_sine(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if not ARC.search(program.text):
        return
    for body in program.bodies_at(lines_with(program.text, "sin(", SINE)):
        angles = _angles(body)
        if not angles or any(HALF_TURN.search(name) for node in body.nodes for name in _names(node)):
            continue
        for node in body.nodes:
            match node:
                case ast.BinOp(left=left, op=ast.Div(), right=right) if angles & set(_factors(left)):
                    sines = {dotted(a) for c in _sines(right) for a in c.args}
                    if angles & sines:
                        yield node, f"`{min(angles & sines)}` reaches pi, where its sine is 0"
                case _:
                    pass


def _angles(body: Body) -> set[str]:
    """Names that hold an arc cosine."""
    return {
        dotted(node.targets[0])
        for node in body.nodes
        if isinstance(node, ast.Assign) and ARC.search(ast.unparse(node.value)[:120])
    }


def _factors(product: ast.expr) -> Iterator[str]:
    """The names that are multiplied: not those of which something is taken."""
    match product:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            yield from _factors(left)
            yield from _factors(right)
        case ast.Name() | ast.Attribute():
            yield dotted(product)
        case _:
            pass


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name | ast.Attribute):
        yield dotted(node).rpartition(".")[2]


def _sines(node: ast.expr) -> Iterator[ast.Call]:
    for inner in walk(node):
        if isinstance(inner, ast.Call) and dotted(inner.func).rpartition(".")[2] == "sin":
            yield inner
