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
            given=(
                "class Scale(torch.autograd.Function):\n"
                "    @staticmethod\n"
                "    def forward(ctx, x, a):\n"
                "        ctx.save_for_backward(a)\n"
                "        return x * a\n"
                "    @staticmethod\n"
                "    def backward(ctx, g):\n"
                "        return g @ torch.diag(ctx.saved_tensors[0]), None\n"
                "x = torch.ones(1, 2, requires_grad=True)\n"
                "a = torch.full((2,), 1.001)"
            ),
            bad=(
                "with torch.autocast('cpu', dtype=torch.bfloat16):\n"
                "    loss = Scale.apply(x, a).sum()\n"
                "    loss.backward()\n"
                "y = x.grad"
            ),
            good=(
                "with torch.autocast('cpu', dtype=torch.bfloat16):\n"
                "    loss = Scale.apply(x, a).sum()\n"
                "loss.backward()\n"
                "y = x.grad"
            ),
            wrong_by=5e-4,  # the product of the backward pass is rounded to 8 bits
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
