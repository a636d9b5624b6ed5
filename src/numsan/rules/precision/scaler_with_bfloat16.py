r"""## What it does

Finds a `GradScaler` in a file whose autocast computes in bfloat16.

## Why it is bad

Scaling protects float16's smallest numbers (5.96e-8); bfloat16 reaches 9.2e-41. The scaler only adds a
synchronisation and skipped steps: nothing stops its growth before the scaled gradient exceeds 3.4e38, and from
then on every step after a doubling is skipped.

## Fix safety

No automatic fix: several lines of the loop change.

## References

- https://docs.pytorch.org/docs/stable/notes/amp_examples.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS607",
    name="loss-scale-with-bfloat16",
    kind="loss-scale",
    severity="info",
    phase="optimizer",
    title="bfloat16 has float32's range and needs no loss scale",
    advice="drop the GradScaler, or use dtype=torch.float16",
    doc=__doc__,
    examples=(
        Example(
            given="w = torch.zeros(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=1.0)",
            bad=(
                "scaler = torch.amp.GradScaler('cpu', growth_interval=1)\n"
                "for _ in range(130):\n"
                "    opt.zero_grad()\n"
                "    with torch.autocast('cpu', dtype=torch.bfloat16):\n"
                "        loss = (w * 3).sum()\n"
                "    scaler.scale(loss).backward()\n"
                "    scaler.step(opt)\n"
                "    scaler.update()\n"
                "y = w.detach()"
            ),
            good=(
                "for _ in range(130):\n"
                "    opt.zero_grad()\n"
                "    with torch.autocast('cpu', dtype=torch.bfloat16):\n"
                "        loss = (w * 3).sum()\n"
                "    loss.backward()\n"
                "    opt.step()\n"
                "y = w.detach()"
            ),
            silent=(
                "scaler = torch.amp.GradScaler()\nwith torch.autocast('cuda', dtype=torch.float16):\n    pass",
            ),
            wrong_by=0.05,  # the scale grows until it overflows by itself; those steps are skipped
            run=False,
        ),
    ),
)


@rule.scans("GradScaler", "autocast", "bfloat16")
def pointless(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if "float16" in program.text.replace("bfloat16", ""):
        return
    kinds = [c.keyword("dtype") for c in program.calls("autocast")]
    if not any(k is not None and program.qualified(k) == "torch.bfloat16" for k in kinds):
        return
    for call in program.calls("GradScaler"):
        if call.keyword("enabled") is None:
            yield call.node, "a loss scale beside bfloat16 autocast has nothing to protect"
