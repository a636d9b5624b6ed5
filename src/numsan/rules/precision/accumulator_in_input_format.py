r"""## What it does

Finds a running sum that is cast to the format of what is added, `total = total.to(x.dtype) + x`, in a file that
knows float16 or bfloat16.

## Why it is bad

bfloat16 keeps 8 bits: a sum stops growing when it is 256 times as large as what is added, in float16 at 2,048
times (and at 65504 it is `inf`). Averages over an epoch are wrong by any factor, and nothing says so.

## Fix safety

No automatic fix: in which format a sum is kept is a decision of where it is made.

## References

- N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., 2002, chapter 4,
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, dotted, lines_with, read_in
from numsan.core.rule import Example, Rule

CAST = re.compile(r"=.*\.(to|type|astype|type_as)\(")
SHORT = re.compile(r"bfloat16|float16|\bhalf\b|autocast|\bamp\b|precision", re.I)

rule = Rule(
    code="NS614",
    name="accumulator-in-input-format",
    kind="precision",
    title="a running sum in the format of what is added stops growing",
    advice="keep the sum in float32 or float64 and widen what is added: total += x.double()",
    doc=__doc__,
    examples=(
        Example(
            given="xs = torch.full((3000,), 0.1, dtype=torch.bfloat16)\ntotal = torch.tensor(0.0)",
            bad="# bfloat16\nfor x in xs:\n    total = total.to(x.dtype) + x\ny = total",
            good="# bfloat16\nfor x in xs:\n    total = total + x.float()\ny = total",
            silent=(
                "# bfloat16\nfor x in xs:\n    total = total + x.to(total.dtype)",
                "# bfloat16\nfor x in xs:\n    h = total.to(x.dtype) + x",
            ),
            wrong_by=0.5,
            run=False,
        ),
    ),
)


@rule.scans("dtype")
def narrowed(program: Program) -> Iterator[tuple[ast.AST, str]]:
    lines = lines_with(program.text, ".dtype)", CAST)
    if not lines or not SHORT.search(program.text):
        return
    for body in program.bodies_at(lines):
        for node in body.nodes:
            match node:
                case ast.Assign(targets=[target], value=ast.BinOp(op=ast.Add(), left=a, right=b) as value):
                    for kept, added in ((a, b), (b, a)):
                        if _cast_to(kept, dotted(target)) & read_in(added):
                            yield (
                                value,
                                f"`{dotted(target)}` is summed in the format of `{ast.unparse(added)}`",
                            )
                case _:
                    pass


def _cast_to(kept: ast.expr, total: str) -> set[str]:
    """`x` of `total.to(x.dtype)`."""
    match kept:
        case ast.Call(
            func=ast.Attribute(value=of, attr="to" | "type" | "astype"),
            args=[ast.Attribute(value=like, attr="dtype")],
        ) if total and dotted(of) == total:
            return {dotted(like)} - {total}
        case _:
            return set()
