r"""## What it does

Finds $\max(a, b) + \log(1 + e^{-|a - b|})$ written out, in a file where $-\infty$ stands for the logarithm of 0.

## Why it is bad

Where both are $-\infty$, the states that cannot be reached, $a - b$ is `nan`, and so is the sum, and every state that is
made from it. `torch.logaddexp(a, b)` gives $-\infty$ there, and is the same everywhere else.

## Fix safety

Unsafe where somebody relies on the `nan`; anywhere else the function is the same.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.logaddexp.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, lines_with
from numsan.core.rule import Example, Rule

INFINITE = re.compile(r"-\s*(float\(\s*[\"']inf|(math|np|numpy|torch|jnp)\.inf\b)|float\(\s*[\"']-inf")
APART = re.compile(r"log1p\([\w.]*exp\(-?.*abs\(|log1p\([\w.]*exp\(-\s*\(?\w+\s*-\s*\w+")
GUARDED = re.compile(r"isinf|isneginf|isfinite|== *NEG|== *-|nan_to_num|errstate")

rule = Rule(
    code="NS335",
    name="logaddexp-by-hand",
    kind="domain",
    title="log(exp(a) + exp(b)) by its maximum is nan where both are -inf",
    advice="use torch.logaddexp(a, b)",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.full((2,), -float('inf'))\nb = torch.full((2,), -float('inf'))",
            bad="NEG = -float('inf')\ny = torch.maximum(a, b) + torch.log1p(torch.exp(-torch.abs(a - b)))",
            good="y = torch.logaddexp(a, b).exp()",
            silent=(
                "NEG = -1e30\ny = torch.maximum(a, b) + torch.log1p(torch.exp(-torch.abs(a - b)))",
                "NEG = -float('inf')\ny = torch.logaddexp(a, b)",
            ),
            run=False,
        ),
    ),
)


@rule.scans("log1p(", "exp(", "inf")
def spelled_out(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if not INFINITE.search(program.code):
        return
    for body in program.bodies_at(lines_with(program.text, "log1p(", APART)):
        if any(GUARDED.search(ast.unparse(n)) for n in body.nodes if isinstance(n, ast.stmt | ast.Compare)):
            continue
        for node in body.nodes:
            match node:
                case ast.BinOp(op=ast.Add()) if _of_two(ast.unparse(node)):
                    yield node, "-inf - -inf is nan, where neither can be reached"
                case _:
                    pass


def _of_two(text: str) -> bool:
    """A maximum, or a name for it, beside the logarithm of what the other one adds."""
    return bool(APART.search(text)) and text.count("log1p") == 1
