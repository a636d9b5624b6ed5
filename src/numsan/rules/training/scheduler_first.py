r"""## What it does

Finds `scheduler.step()` before `optimizer.step()` in the same block, or before the loop over batches.

## Why it is bad

The first value of the schedule is never used, in every format; with a warm-up the first step is taken with
the second, larger rate.

## Fix safety

No automatic fix: statements change places.

## References

- https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Body, Program
from numsan.core.rule import Example, Rule
from numsan.core.syntax import walk

rule = Rule(
    code="NS510",
    name="scheduler-before-optimizer",
    kind="method",
    severity="info",
    phase="optimizer",
    title="the scheduler steps before the optimizer and skips the first learning rate",
    advice="call scheduler.step() after optimizer.step()",
    doc=__doc__,
    examples=(
        Example(
            given=(
                "w = torch.zeros(1, requires_grad=True)\n"
                "opt = torch.optim.SGD([w], lr=1.0)\n"
                "scheduler = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.1)"
            ),
            bad=(
                "for _ in range(3):\n"
                "    opt.zero_grad()\n"
                "    w.sum().backward()\n"
                "    scheduler.step()\n"
                "    opt.step()\n"
                "y = w.detach()"
            ),
            good=(
                "for _ in range(3):\n"
                "    opt.zero_grad()\n"
                "    w.sum().backward()\n"
                "    opt.step()\n"
                "    scheduler.step()\n"
                "y = w.detach()"
            ),
            silent=(
                "for epoch in range(9):\n    if epoch:\n        scheduler.step()\n    for x in xs:\n"
                "        opt.zero_grad()\n        f(x).backward()\n        opt.step()",
            ),
            wrong_by=0.8,  # rates of 0.1, 0.01, 0.001 in place of 1, 0.1, 0.01
            run=False,
        ),
    ),
)


_WITH_BLOCK = (
    *(ast.Module, ast.FunctionDef, ast.AsyncFunctionDef),
    *(ast.For, ast.While, ast.If, ast.With, ast.Try),
)


def _precedes(body: Body, early: ast.Call, late: ast.Call) -> bool:
    """Whether both stand in one block, or one opens an epoch and the other stands in the loop over batches."""
    for owner in (body.node, *body.nodes):
        if not isinstance(owner, _WITH_BLOCK):
            continue
        block = owner.body
        at = next((i for i, s in enumerate(block) if isinstance(s, ast.Expr) and s.value is early), None)
        for later in block[at + 1 :] if at is not None else ():
            if isinstance(later, ast.Expr) and later.value is late:
                return True
            in_epoch = isinstance(owner, ast.For | ast.While) and isinstance(later, ast.For | ast.While)
            if in_epoch and not early.args and any(n is late for n in walk(later)):
                return True
    return False


@rule.scans("sched", ".step(")
def too_early(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for body in program.bodies:
        steps = body.methods("step")
        schedulers = [c for c in steps if "sched" in c.receiver]
        optimizers = [c for c in steps if re.search("opt", c.receiver)]
        if len(schedulers) == 1 and len(optimizers) == 1:
            early, late = schedulers[0].node, optimizers[0].node
            if early.lineno < late.lineno and _precedes(body, early, late):
                yield early, f"`{schedulers[0].receiver}` steps before `{optimizers[0].receiver}`"
