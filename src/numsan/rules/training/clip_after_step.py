r"""## What it does

Finds gradient clipping that stands after `optimizer.step()` or before `loss.backward()` in the same block.

## Why it is bad

The step has already used the unclipped gradient (or the clip saw the previous one): one outlier of 1e38
passes into the weights and overflows float32 (3.4e38), float16 (65504) even sooner.

## Fix safety

No automatic fix: statements change places.

## References

- R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, 2013,
  https://arxiv.org/abs/1211.5063
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS502",
    name="clip-at-the-wrong-time",
    kind="explosion",
    severity="warning",
    phase="optimizer",
    title="gradients are clipped before they exist, or after they were used",
    advice="clip between loss.backward() and optimizer.step()",
    doc=__doc__,
    examples=(
        Example(
            given=("w = torch.ones(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=10.0)"),
            bad=(
                "opt.zero_grad()\n"
                "(w * 2e38).sum().backward()\n"
                "opt.step()\n"
                "torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "y = w.detach()"
            ),
            good=(
                "opt.zero_grad()\n"
                "(w * 2e38).sum().backward()\n"
                "torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "opt.step()\n"
                "y = w.detach()"
            ),
            run=False,
        ),
        Example(
            given=("w = torch.ones(1, requires_grad=True)\nopt = torch.optim.SGD([w], lr=10.0)"),
            bad=(
                "opt.zero_grad()\n"
                "torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "(w * 2e38).sum().backward()\n"
                "opt.step()\n"
                "y = w.detach()"
            ),
            good=(
                "opt.zero_grad()\n"
                "(w * 2e38).sum().backward()\n"
                "torch.nn.utils.clip_grad_norm_([w], 1.0)\n"
                "opt.step()\n"
                "y = w.detach()"
            ),
            run=False,
        ),
    ),
)


@rule.scans("clip_grad", "backward", ".step(")
def misplaced(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for body in program.bodies:
        clips = body.methods("clip_grad_norm_", "clip_grad_value_", "clip_grad_norm", "clip_grad_value")
        backward = [c.node.lineno for c in body.methods("backward")]
        steps = [c.node.lineno for c in body.methods("step") if not re.search("sched|prof|warm", c.receiver)]
        if len(clips) != 1 or len(backward) != 1 or len(steps) != 1:
            continue
        line = clips[0].node.lineno
        if backward[0] < steps[0] < line:
            yield clips[0].node, "the step has already used the gradients that are clipped here"
        elif line < backward[0] < steps[0]:
            yield clips[0].node, "the gradients that the step will use do not exist yet"
