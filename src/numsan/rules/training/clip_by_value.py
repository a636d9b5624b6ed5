r"""## What it does

Finds `clip_grad_value_`, and `p.grad.clamp_(-c, c)` in a training step.

## Why it is bad

Each component is cut on its own, so the step no longer points downhill for the loss, in every format; a
gradient of norm $\sqrt n$ times the bound still passes, and `nan` components stay.

## Fix safety

No automatic fix: the bound of a norm is another number.

## References

- R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, 2013,
  https://arxiv.org/abs/1211.5063
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Call, Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS508",
    name="clip-by-value",
    kind="explosion",
    severity="info",
    phase="optimizer",
    title="clipping by value changes the direction of the gradient",
    advice="use torch.nn.utils.clip_grad_norm_, which keeps the direction",
    doc=__doc__,
    examples=(
        Example(
            given="w = torch.zeros(2, requires_grad=True)\ng = torch.tensor([100.0, 1.0])",
            bad=(
                "(w * g).sum().backward()\n"
                "torch.nn.utils.clip_grad_value_([w], 1.0)\n"
                "y = w.grad[1] / w.grad[0]"
            ),
            good=(
                "(w * g).sum().backward()\n"
                "torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "y = w.grad[1] / w.grad[0]"
            ),
            silent=("with torch.no_grad():\n    w.clamp_(-1, 1)",),
            wrong_by=90,  # a slope of 1 to 100 becomes 1 to 1
            run=False,
        ),
    ),
)


@rule.scans("grad")
def by_value(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """In a training step; a function that only passes the call on is somebody's choice of an interface."""
    if not any(word in program.text for word in ("clip_grad_value_", "clamp_(")):
        return
    for body in program.bodies:
        if body.methods("backward", "step") or not body.name:
            for call in body.calls:
                if call.method == "clip_grad_value_" or _clamped(call):
                    yield call.node, "components are cut one by one: the direction of the step changes"


def _clamped(call: Call) -> bool:
    owner = re.search(r"(^|\.)grad(\.data)?$", call.receiver)
    return call.method == "clamp_" and bool(owner) and len(call.node.args) + len(call.node.keywords) == 2
