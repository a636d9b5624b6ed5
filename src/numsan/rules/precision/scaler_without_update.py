r"""## What it does

Finds `scaler.step(optimizer)` in a file without `scaler.update()`.

## Why it is bad

After a float16 gradient exceeds 65504 the step is skipped and `update` halves the scale. Without it the
same scale overflows again and every following step is skipped; the second `step` raises.

## Fix safety

No automatic fix: `update` belongs once after the last optimizer of an iteration.

## References

- https://docs.pytorch.org/docs/stable/notes/amp_examples.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS606",
    name="scaler-without-update",
    kind="loss-scale",
    severity="error",
    phase="optimizer",
    title="a GradScaler that is never updated keeps a scale that overflows",
    advice="call scaler.update() after scaler.step(optimizer)",
    doc=__doc__,
    examples=(
        Example(
            given=(
                "w = torch.ones(1, requires_grad=True)\n"
                "opt = torch.optim.SGD([w], lr=0.1)\n"
                "scaler = torch.amp.GradScaler('cpu', init_scale=65536.0)"
            ),
            bad=(
                "scaler.scale((w * 1e34).sum()).backward()\n"
                "scaler.step(opt)\n"
                "opt.zero_grad()\n"
                "y = torch.tensor(scaler.get_scale())"
            ),
            good=(
                "scaler.scale((w * 1e34).sum()).backward()\n"
                "scaler.step(opt)\n"
                "opt.zero_grad()\n"
                "scaler.update()\n"
                "y = torch.tensor(scaler.get_scale())"
            ),
            silent=(
                "def f(scaler, opt, loss):\n    scaler.scale(loss).backward()\n"
                "    scaler.step(opt)\ndef g(grad_scaler):\n    grad_scaler.update()",
            ),
            wrong_by=0.9,  # the scale that overflowed is still there
            run=False,
        ),
    ),
)


@rule.scans("scale(", ".step(")
def never_updated(program: Program) -> Iterator[tuple[ast.AST, str]]:
    made = program.made_by("GradScaler") if "GradScaler" in program.text else set[str]()
    steps = [
        c for c in program.calls("step") if c.node.args and ("scaler" in c.receiver or c.receiver in made)
    ]
    scaled = {c.receiver for c in program.calls("scale")}
    updated = [c for c in program.calls("update") if c.receiver in scaled or "scal" in c.receiver]
    if steps and scaled and not updated:
        yield steps[0].node, f"`{steps[0].receiver}` is stepped and never updated"
