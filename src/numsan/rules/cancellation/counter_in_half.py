r"""## What it does

Finds a step counter kept in half precision: a buffer of `torch.zeros(1, dtype=torch.bfloat16)` that grows by 1.

## Why it is bad

Above 256 in bfloat16 and above 2,048 in float16 the next integer is not a number of the format: $256 + 1$
rounds back to 256 and the counter stands still. A warm-up or a bias correction that reads it never ends.
float32 counts to 16,777,216.

## Fix safety

No automatic fix: the counter may be saved in a checkpoint.

## References

- https://docs.pytorch.org/docs/stable/type_info.html#torch-finfo
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from numsan.core.bounds import BOOL
from numsan.core.op import Op
from numsan.core.program import Program, dotted
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel
from numsan.core.zero import is_mask

rule = Rule(
    code="NS218",
    name="counter-in-half",
    kind="precision",
    title="a counter in half precision stands still at 256 (bfloat16) or 2,048 (float16)",
    advice="count in int64 or float32: torch.zeros((), dtype=torch.int64)",
    doc=__doc__,
    examples=(
        Example(
            given="n = 300",
            bad="step = torch.zeros(1, dtype=torch.bfloat16)\nfor _ in range(300):\n    step += 1\ny = step.float()",
            good="step = torch.zeros(1, dtype=torch.float32)\nfor _ in range(300):\n    step += 1\ny = step.float()",
            silent=("step = torch.zeros(1, dtype=torch.bfloat16)\nstep += 0.5",),
            wrong_by=0.1,
            right_to=1e-6,
            run=False,
        ),
    ),
)
_HALVES = ("torch.bfloat16", "torch.float16")


@rule.matches("sum")
def tallied(op: Op) -> Bindings | None:
    match op:
        case Op("sum", (Op("to", (of, "bfloat16" | "float16" as name)), *_)) if _mask(peel(of)):
            return {"of": of, "name": name}
        case _:
            return None


def _mask(x: Any) -> bool:
    return (isinstance(x, Op) and x.name in BOOL) or is_mask(x)


@rule.scans("+= 1", "zeros", "float16")
def stands_still(program: Program) -> Iterator[tuple[ast.AST, str]]:
    grown = {dotted(n.target) for n in program.nodes if isinstance(n, ast.AugAssign) and _by_one(n)}
    if not grown:
        return
    for node in program.nodes:
        made = _half_zeros(program, node)
        if made is None:
            continue
        name, value = made
        if name in grown:
            yield value, f"`{name}` counts in half precision and stops growing"


def _by_one(node: ast.AugAssign) -> bool:
    return isinstance(node.op, ast.Add) and isinstance(node.value, ast.Constant) and node.value.value == 1


def _half_zeros(program: Program, node: ast.AST) -> tuple[str, ast.expr] | None:
    """`step = zeros(.., dtype=half)` and `self.register_buffer("step", zeros(..))`."""
    match node:
        case ast.Assign(targets=[target], value=ast.Call() as value):
            name = dotted(target)
        case ast.Call(
            func=ast.Attribute(attr="register_buffer"),
            args=[ast.Constant(value=str(buffer)), ast.Call() as value, *_],
        ):
            name = f"self.{buffer}"
        case _:
            return None
    if program.qualified(value.func) not in ("torch.zeros", "torch.zeros_like"):
        return None
    half = [k for k in value.keywords if k.arg == "dtype" and program.qualified(k.value) in _HALVES]
    return (name, value) if half else None
