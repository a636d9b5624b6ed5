r"""## What it does

Finds `.backward()` inside a `with autocast(...)` block.

## Why it is bad

Backward operations run in the format that autocast chose for their forward operation. Run inside the block,
operations that custom functions and hooks issue are cast a second time, to float16 (largest 65504) or
bfloat16 (8 bits); torch's documentation advises against it.

## Fix safety

No automatic fix: moving a statement out of a block can change what else it reads.

## References

- https://docs.pytorch.org/docs/stable/amp.html#torch.autocast
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program, dotted
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS608",
    name="backward-inside-autocast",
    kind="precision",
    severity="info",
    phase="backward",
    title="backward under autocast may run in a format it was not meant for",
    advice="leave the autocast block before loss.backward()",
    doc=__doc__,
    examples=(
        Example(
            given="",
            bad=(
                "import torch\n"
                "def f(m, x):\n"
                "    with torch.autocast('cuda'):\n"
                "        loss = m(x).sum()\n"
                "        loss.backward()"
            ),
            good=(
                "import torch\n"
                "def f(m, x):\n"
                "    with torch.autocast('cuda'):\n"
                "        loss = m(x).sum()\n"
                "    loss.backward()"
            ),
            run=False,
        ),
    ),
)


@rule.scans("autocast", "backward")
def inside(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for node in program.nodes:
        if not isinstance(node, ast.With | ast.AsyncWith) or not any(
            _is_autocast(i.context_expr) for i in node.items
        ):
            continue
        for inner in node.body:
            for call in ast.walk(inner):
                if (
                    isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Attribute)
                    and call.func.attr == "backward"
                ):
                    yield call, f"`{dotted(call.func.value)}.backward()` runs inside the autocast block"


def _is_autocast(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "autocast"
