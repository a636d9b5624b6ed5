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

from numsan.core.paths import Paths
from numsan.core.program import Body, Call, Program, dotted
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
        Example(
            given=(
                "w = torch.ones(1, requires_grad=True)\nv = torch.ones(1, requires_grad=True)\n"
                "opt_v = torch.optim.SGD([v], lr=0.3)\nopt_w = torch.optim.SGD([w], lr=0.3)"
            ),
            bad=(
                "for _ in range(40):\n    opt_v.zero_grad()\n    (v**2).sum().backward()\n    opt_v.step()\n"
                "    (w**2).sum().backward()\n    opt_w.step()\ny = 1 + w.detach()"
            ),
            good=(
                "for _ in range(40):\n    opt_v.zero_grad()\n    (v**2).sum().backward()\n    opt_v.step()\n"
                "    opt_w.zero_grad()\n    (w**2).sum().backward()\n    opt_w.step()\ny = 1 + w.detach()"
            ),
            wrong_by=0.05,
            run=False,
        ),
        Example(
            given="amp = False\nw = torch.ones(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.3)",
            bad=(
                "for _ in range(40):\n    loss = (w**2).sum()\n    if amp:\n        opt.zero_grad()\n"
                "        scaler.scale(loss).backward()\n        scaler.step(opt)\n        scaler.update()\n    else:\n"
                "        loss.backward()\n        opt.step()\ny = 1 + w.detach()"
            ),
            good=(
                "for _ in range(40):\n    loss = (w**2).sum()\n    opt.zero_grad()\n    if amp:\n"
                "        scaler.scale(loss).backward()\n        scaler.step(opt)\n        scaler.update()\n    else:\n"
                "        loss.backward()\n        opt.step()\ny = 1 + w.detach()"
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
            yield from _in_one_branch(body, loop)
            text = ast.unparse(loop)
            zeroed = _zeroed(loop)
            if ".backward(" not in text or (not zeroed and "grad" in _OTHERS.sub("", text)):
                continue
            for call in ast.walk(loop):
                if isinstance(call, ast.Call) and _is_step(call) and _receiver(call) not in zeroed:
                    yield call, f"nothing in this loop zeroes the gradients that `{ast.unparse(call)}` uses"


def _in_one_branch(body: Body, loop: ast.For | ast.While) -> Iterator[tuple[ast.AST, str]]:
    """`if amp: zero, backward, step` with an `else` that does not zero."""
    last = loop.end_lineno or loop.lineno
    here = [c for c in body.calls if loop.lineno <= c.node.lineno <= last]
    zeros, steps = ([c for c in here if c.method == name] for name in ("zero_grad", "step"))
    paths = Paths(body)
    for step in steps:
        own = [z for z in zeros if z.receiver == step.receiver]
        if _is_step(step.node) and own and all(_elsewhere(paths, z, step) for z in own):
            text = ast.unparse(step.node)
            yield step.node, f"the gradients that `{text}` uses are zeroed in another branch only"


def _elsewhere(paths: Paths, zero: Call, step: Call) -> bool:
    """Whether the two stand in different branches of one test."""
    pairs = zip(paths.around(zero.node), paths.around(step.node), strict=False)
    return any(a.key == b.key and {a.block, b.block} == {"body", "orelse"} for a, b in pairs)


def _receiver(call: ast.Call) -> str:
    return dotted(call.func.value) if isinstance(call.func, ast.Attribute) else ""


def _zeroed(loop: ast.For | ast.While) -> set[str]:
    """Optimizers that zero their gradients, where each of these also steps and nothing else zeroes any."""
    calls = [n for n in ast.walk(loop) if isinstance(n, ast.Call)]
    steps = {_receiver(c) for c in calls if _is_step(c)}
    zeroed = {_receiver(c) for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "zero_grad"}
    others = _OTHERS.sub("", ast.unparse(loop)).replace("zero_grad", "")
    return zeroed if len(steps) > 1 and zeroed <= steps and "grad" not in others else set()


def _is_step(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "step" or call.args:
        return False
    return bool(re.search(r"opt|adam|sgd", dotted(call.func.value), re.I))
