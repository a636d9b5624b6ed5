r"""## What it does

Finds `optimizer.step()` in a function that scales the loss with a `GradScaler`, where the step does not go
through it, or stands after `scaler.step` and steps a second time.

## Why it is bad

The gradients are still multiplied by the scale (65536 at the start) and Adam's epsilon and any clipping see
the scaled values; above all, `scaler.step` *skips* the step when a float16 gradient has overflowed 65504,
`optimizer.step()` writes the `inf` into the weights.

## Fix safety

Unsafe: `scaler.step(optimizer)` needs `scaler.update()` after it.

## References

- https://docs.pytorch.org/docs/stable/notes/amp_examples.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.paths import Paths
from numsan.core.program import Program, dotted
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS601",
    name="scaler-bypassed",
    kind="loss-scale",
    severity="error",
    phase="optimizer",
    title="optimizer.step() bypasses the GradScaler that scaled the loss",
    advice="call scaler.step(optimizer) and then scaler.update()",
    doc=__doc__,
    examples=(
        Example(
            given=(
                "w = torch.ones(1, requires_grad=True)\n"
                "opt = torch.optim.SGD([w], lr=0.1)\n"
                "scaler = torch.amp.GradScaler('cpu', init_scale=65536.0)"
            ),
            bad="scaler.scale((w * 1e34).sum()).backward()\nopt.step()\nopt.zero_grad()\ny = w.detach()",
            good=(
                "scaler.scale((w * 1e34).sum()).backward()\nscaler.step(opt)\nscaler.update()\n"
                "opt.zero_grad()\ny = w.detach()"
            ),
            silent=("def f(opt, loss):\n    loss.backward()\n    opt.step()",),
            run=False,
        ),
        Example(
            given=(
                "w = torch.ones(1, requires_grad=True)\n"
                "opt = torch.optim.SGD([w], lr=0.1)\nhalf = True\n"
                "scaler = torch.amp.GradScaler('cpu', init_scale=65536.0)"
            ),
            bad=(
                "if half:\n    scaler.scale((w * 1e34).sum()).backward()\n    scaler.step(opt)\n    scaler.update()\n"
                "else:\n    (w * 2).sum().backward()\nopt.step()\nopt.zero_grad()\ny = w.detach()"
            ),
            good=(
                "if half:\n    scaler.scale((w * 1e34).sum()).backward()\n    scaler.step(opt)\n    scaler.update()\n"
                "else:\n    (w * 2).sum().backward()\n    opt.step()\nopt.zero_grad()\ny = w.detach()"
            ),
            silent=(
                "def f(half, loss, opt, scaler):\n    if half:\n        scaler.scale(loss).backward()\n"
                "        scaler.step(opt)\n        scaler.update()\n        return\n    loss.backward()\n    opt.step()",
            ),
            run=False,
        ),
    ),
)


@rule.scans("scale(")
def direct_steps(program: Program) -> Iterator[tuple[ast.AST, str]]:
    made = program.made_by("GradScaler") if "GradScaler" in program.text else set[str]()
    for body in program.bodies:
        scaling = [c for c in body.calls if "scal" in c.receiver or c.receiver in made]
        scaled = any(c.method == "scale" and len(c.node.args) == 1 for c in scaling)
        stepped = any(c.method == "step" and c.node.args for c in scaling)
        if not scaled:
            continue
        unscaled = {dotted(a) for c in scaling if c.method == "unscale_" for a in c.node.args}
        past = {dotted(c.node.args[0]) for c in scaling if c.method == "step" and c.node.args}
        through = [c for c in scaling if c.method == "step" and c.node.args]
        for call in body.methods("step"):
            if twice := [c for c in through if dotted(c.node.args[0]) == call.receiver != ""]:
                if not call.node.args and any(Paths(body).together(call.node, c.node) for c in twice):
                    yield (
                        call.node,
                        f"`{twice[0].receiver}.step({call.receiver})` has stepped, or skipped an overflow",
                    )
                continue
            if stepped and call.receiver not in unscaled - past:
                continue
            if not call.node.args and not re.search(r"sched|scal|prof|warm", call.receiver):
                what = f"`{call.receiver}.step()` uses gradients still multiplied by the loss scale"
                yield call.node, f"{what}, and skips no overflow"
