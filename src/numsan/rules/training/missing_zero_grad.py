r"""## What it does

Finds a loop with `backward()` and `optimizer.step()` in which nothing zeroes the gradients.

## Why it is bad

`backward` adds to `.grad`: the step of iteration $n$ uses the sum of all gradients so far, which acts as a
momentum of 1: it never decays. The weights oscillate with growing amplitude and overflow in every format in
the end.

## Fix safety

No automatic fix: with gradient accumulation the right place depends on the schedule.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, dotted
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS503",
    name="gradients-not-zeroed",
    kind="explosion",
    severity="warning",
    phase="optimizer",
    title="gradients add up from step to step",
    advice="call optimizer.zero_grad() once per step, right after optimizer.step()",
    doc=__doc__,
    examples=(
        Example(
            given=("w = torch.ones(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.3)"),
            bad=("for _ in range(40):\n    (w**2).sum().backward()\n    opt.step()\ny = 1 + w.detach()"),
            good=(
                "for _ in range(40):\n"
                "    opt.zero_grad()\n"
                "    (w**2).sum().backward()\n"
                "    opt.step()\n"
                "y = 1 + w.detach()"
            ),
            silent=(
                (
                    "for _ in range(4):\n"
                    "    loss = (w**2).sum()\n"
                    "    loss.backward()\n"
                    "    opt.step()\n"
                    "    w.grad = None"
                ),
            ),
            wrong_by=0.05,
            run=False,
        ),
    ),
)


_OTHERS = re.compile(r"clip_grad|no_grad|requires_grad|(grad|gradient)_(norm|clip|accum)\w*|max_grad\w*")


@rule.scans("backward", ".step(")
def never_zeroed(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for body in program.bodies:
        for loop in body.loops:
            if any(isinstance(n, ast.For | ast.While) for s in loop.body for n in ast.walk(s)):
                continue
            text = ast.unparse(loop)
            if ".backward(" not in text or "grad" in _OTHERS.sub("", text):
                continue
            for call in ast.walk(loop):
                if isinstance(call, ast.Call) and _is_step(call):
                    yield call, f"nothing in this loop zeroes the gradients that `{ast.unparse(call)}` uses"


def _is_step(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "step" or call.args:
        return False
    return bool(re.search(r"opt|adam|sgd", dotted(call.func.value), re.I))
