r"""## What it does

Finds gradient accumulation (`step()` only every n-th turn of the loop) in which `zero_grad()` runs in every turn.

## Why it is bad

The step sees the gradients of the last micro-batch alone: $n-1$ of $n$ batches are computed and thrown away, the
noise is that of a batch $n$ times smaller, and a learning rate made for the large batch may diverge. Nothing
fails, in any format.

## Fix safety

No automatic fix: `zero_grad()` belongs behind `step()`.

## References

- https://docs.pytorch.org/docs/stable/notes/amp_examples.html#gradient-accumulation
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from numsan.core.paths import Paths, counts
from numsan.core.program import Body, Call, Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS518",
    name="accumulation-lost",
    kind="method",
    phase="optimizer",
    title="gradients are zeroed in every turn, but used only in some",
    advice="call zero_grad() behind optimizer.step(), in the same block",
    doc=__doc__,
    examples=(
        Example(
            given="w = torch.ones(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)",
            bad=(
                "for i in range(4):\n"
                "    opt.zero_grad()\n"
                "    (w * (i - 3)).sum().backward()\n"
                "    if (i + 1) % 4 == 0:\n"
                "        opt.step()\n"
                "y = w.detach()"
            ),
            good=(
                "for i in range(4):\n"
                "    (w * (i - 3)).sum().backward()\n"
                "    if (i + 1) % 4 == 0:\n"
                "        opt.step()\n"
                "        opt.zero_grad()\n"
                "y = w.detach()"
            ),
            silent=(
                "for i in range(4):\n"
                "    if i % 4 == 0:\n"
                "        opt.zero_grad()\n"
                "    (w * (i - 3)).sum().backward()\n"
                "    if (i + 1) % 4 == 0:\n"
                "        opt.step()",
                "for x in xs:\n    opt.zero_grad()\n    loss = f(x)\n    loss.backward()\n"
                "    if loss < 10:\n        opt.step()",
            ),
            wrong_by=0.3,
            run=False,
        ),
    ),
)


@rule.scans("zero_grad(", ".step(", ".backward(")
def zeroed_in_every_turn(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if "%" not in program.text and "continue" not in program.text:
        return
    for body in program.bodies:
        if not body.loops:
            continue
        yield from _left_before_step(body)
        paths = Paths(body)
        steps = [c for c in body.methods("step") if "sched" not in c.receiver]
        for zero in body.methods("zero_grad"):
            test = next((t for s in steps if (t := _only_every(paths, body, zero, s)) is not None), None)
            if test is not None:
                yield (
                    zero.node,
                    f"`{ast.unparse(test)}` decides when `{zero.receiver}` steps, not when it is zeroed",
                )


def _left_before_step(body: Body) -> Iterator[tuple[ast.AST, str]]:
    """`zero_grad()` in a turn that `if count < n: continue` leaves before `step()`."""
    for loop in body.loops:
        for at, leaving in enumerate(loop.body):
            before, after = loop.body[:at], loop.body[at + 1 :]
            if not _counts_turns(leaving, before) or not _called(body, before, "backward"):
                continue
            stepped = {_target(c) for c in _called(body, after, "step")}
            always = {id(s.value) for s in before if isinstance(s, ast.Expr)}
            for zero in _called(body, before, "zero_grad"):
                if id(zero.node) in always and zero.receiver in stepped:
                    yield zero.node, f"`{ast.unparse(leaving.test)}` decides when `{zero.receiver}` steps"


def _counts_turns(leaving: ast.stmt, before: list[ast.stmt]) -> TypeGuard[ast.If]:
    """`if count < n: continue` after `count += 1`."""
    if not isinstance(leaving, ast.If) or not isinstance(leaving.body[-1], ast.Continue):
        return False
    counters = {ast.unparse(s.target) for s in before if isinstance(s, ast.AugAssign)}
    return bool(counters & {ast.unparse(n) for n in ast.walk(leaving.test) if isinstance(n, ast.expr)})


def _called(body: Body, statements: list[ast.stmt], name: str) -> list[Call]:
    """Calls of a method within these statements, in blocks of theirs, too."""
    spans = [(s.lineno, s.end_lineno or s.lineno) for s in statements]
    return [c for c in body.methods(name) if any(a <= c.node.lineno <= b for a, b in spans)]


def _only_every(paths: Paths, body: Body, zero: Call, step: Call) -> ast.expr | None:
    """The test that counts the turns, around the step and not around what zeroes its gradients."""
    loops = [p for p in paths.around(zero.node) if isinstance(p.node, ast.For | ast.While)]
    targets = {_target(s) for s in body.methods("step") if "sched" not in s.receiver}
    stepped = zero.receiver == _target(step) or (zero.receiver not in targets and len(targets) == 1)
    if not loops or not stepped:
        return None
    way = paths.only_sometimes(zero.node, step.node)
    counted = next((p for p in way if isinstance(p.node, ast.If) and counts(body, p.node.test)), None)
    made = [paths.around(c.node) for c in body.methods("backward")]
    apart = any(loops[-1] in m for m in made) and not any(counted in m for m in made)
    nested = any(isinstance(p.node, ast.For | ast.While) for p in paths.around(step.node)[len(loops) :])
    return (
        counted.node.test if counted and apart and not nested and isinstance(counted.node, ast.If) else None
    )


def _target(step: Call) -> str:
    """The optimizer of `optimizer.step()` and of `scaler.step(optimizer)`."""
    return ast.unparse(step.node.args[0]) if step.node.args else step.receiver
