r"""## What it does

Finds an optimizer that changes bfloat16 parameters in place by a factor close to 1, or by a small step, in a
branch written for that format.

## Why it is bad

bfloat16 keeps 8 bits: a relative change below $2^{-9}$ = 0.2 % rounds back to the old weight. A decay of
`1 - lr * weight_decay` with the usual 1e-5 is exactly 1 there. In float32 a change is lost below 6e-8.

## Fix safety

No automatic fix: the update is made in float32 and rounded stochastically, or master weights are kept.

## References

- P. Zamirai et al., *Revisiting BFloat16 training*, 2020, https://arxiv.org/abs/2010.06192
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS609",
    name="update-in-bfloat16",
    kind="precision",
    phase="optimizer",
    title="a bfloat16 weight that is updated in place loses small changes",
    advice="update p.float() and copy it back with stochastic rounding, or keep float32 master weights",
    doc=__doc__,
    examples=(
        Example(
            given="p = torch.full((4,), 1.0, dtype=torch.bfloat16)\nlr = 1e-3",
            bad="if p.dtype == torch.bfloat16:\n    for _ in range(1000):\n        p.mul_(1 - lr * 1.0)\ny = p.float()",
            good="p = p.float()\nfor _ in range(1000):\n    p.mul_(1 - lr * 1.0)\ny = p.float()",
            silent=("if p.dtype == torch.float32:\n    p.mul_(1 - lr * 1.0)",),
            wrong_by=0.5,
            run=False,
        ),
    ),
)


@rule.scans("bfloat16", "mul_")
def in_place(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for node in program.nodes:
        if not isinstance(node, ast.If) or not _asks_for_bfloat16(node.test):
            continue
        for statement in node.body:
            for call in ast.walk(statement):
                if isinstance(call, ast.Call) and _close_to_one(call):
                    yield call, f"`{ast.unparse(call)}` rounds back to the old bfloat16 weight"


def _asks_for_bfloat16(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq)
        and "bfloat16" in ast.unparse(test.comparators[0])
    )


def _close_to_one(call: ast.Call) -> bool:
    """`p.mul_(1 - lr * decay)` on a name, not on a float32 copy of it."""
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name() | ast.Attribute(attr="data"), attr="mul_"),
            args=[ast.BinOp(left=ast.Constant(value=1 | 1.0), op=ast.Sub())],
        ):
            return True
        case _:
            return False
