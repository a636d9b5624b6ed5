r"""## What it does

Finds a training loop that saves its weights, over the same file, without asking whether they are finite.

## Why it is bad

A `nan` in one weight is a `nan` in all of them a few steps later, in every format. If the file of the last good
step has been overwritten by then, the run cannot be taken up again. Nearly no program checks, so this is said
by the pedantic persona only.

## Fix safety

No automatic fix: what to do instead of saving is a decision.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.isfinite.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

_GIVEN = "import io\nfile = io.BytesIO()\nw = torch.ones(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=1.0)"
_STEP = (
    "for x in [torch.ones(1), torch.full((1,), float('nan'))]:\n"
    "    opt.zero_grad()\n"
    "    (w * x).sum().backward()\n"
    "    opt.step()\n"
    "    opt.zero_grad()\n"
)
_AFTER = "file.seek(0)\ny = torch.load(file).detach()"

rule = Rule(
    code="NS517",
    name="unchecked-checkpoint",
    kind="method",
    severity="info",
    appetite="pedantic",
    phase="optimizer",
    title="a checkpoint is overwritten without a look at the weights",
    advice="save only if all(torch.isfinite(p).all() for p in model.parameters()), and keep the last good file",
    doc=__doc__,
    examples=(
        Example(
            given=_GIVEN,
            bad=_STEP + "    file.seek(0)\n    torch.save(w, file)\n" + _AFTER,
            good=_STEP
            + "    if torch.isfinite(w).all():\n        file.seek(0)\n        torch.save(w, file)\n"
            + _AFTER,
            static=False,
            run=False,
        ),
    ),
)

_CHECKS = re.compile(r"is_?(finite|nan|inf)\b|best|early_?stop", re.I)


@rule.scans("torch.save(", ".step(", "backward")
def unchecked(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for body in program.bodies:
        loops = [
            loop for loop in body.loops if "backward" in (text := ast.unparse(loop)) and ".step(" in text
        ]
        if not loops or _CHECKS.search(ast.unparse(loops[0])):
            continue
        for call in body.methods("save"):
            if call.receiver == "torch" and any(n is call.node for n in ast.walk(loops[0])):
                yield call.node, "nothing asks whether what is saved is finite"
