r"""## What it does

Finds `clip_grad_norm_` after `scaler.scale(loss).backward()` without `scaler.unscale_` between them.

## Why it is bad

The gradients are 65536 times too large (the scale at the start), so a bound of 1 clips them to 1/65536 of
what was meant, in float16 and float32 alike: training crawls, and faster or slower as the scale moves.

## Fix safety

No automatic fix: the optimizer that owns the parameters must be named.

## References

- https://docs.pytorch.org/docs/stable/notes/amp_examples.html#gradient-clipping
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS605",
    name="clip-of-scaled-gradients",
    kind="loss-scale",
    severity="warning",
    phase="optimizer",
    title="gradients are clipped while they are still multiplied by the loss scale",
    advice="call scaler.unscale_(optimizer) before clip_grad_norm_",
    doc=__doc__,
    examples=(
        Example(
            given=(
                "w = torch.ones(2, requires_grad=True)\n"
                "scaler = torch.amp.GradScaler('cpu', init_scale=65536.0)\n"
                "opt = torch.optim.SGD([w], lr=1.0)"
            ),
            bad=(
                "scaler.scale((w * 3).sum()).backward()\n"
                "torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "scaler.step(opt)\n"
                "scaler.update()\n"
                "y = (1 - w).detach()"
            ),
            good=(
                "scaler.scale((w * 3).sum()).backward()\n"
                "scaler.unscale_(opt)\n"
                "torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "scaler.step(opt)\n"
                "scaler.update()\n"
                "y = (1 - w).detach()"
            ),
            silent=(("loss = (w * 3).sum()\nloss.backward()\ntorch.nn.utils.clip_grad_norm_([w], 1.0)"),),
            wrong_by=0.9,
            run=False,
        ),
    ),
)


@rule.scans("scale(", "clip_grad")
def still_scaled(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for body in program.bodies:
        if not any("scal" in c.receiver for c in body.methods("scale")) or body.methods("unscale_"):
            continue
        called = {c.method for c in body.calls if c.receiver in ("", "self")}
        helpers = [b for b in program.bodies if b.name in called and not b.methods("unscale_")]
        for call in (c for b in (body, *helpers) for c in b.methods("clip_grad_norm_", "clip_grad_value_")):
            yield call.node, f"`{call.method}` sees gradients that are multiplied by the loss scale"
