r"""## What it does

Finds `return lr * (step + 1)` (or `lr * step`) in the warm-up branch of a schedule.

## Why it is bad

At the end of a warm-up of 100 steps the rate is 100 times what was meant. Above $2/\lambda_{max}$ every
step multiplies the error, and float32 (3.4e38) is passed within 128 doublings, float16 (65504) within 16.

## Fix safety

Unsafe in general, so not automatic: the length of the warm-up must be known.

## References

- P. Goyal et al., *Accurate, large minibatch SGD*, 2017, https://arxiv.org/abs/1706.02677
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, dotted
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS509",
    name="warm-up-that-multiplies",
    kind="explosion",
    severity="warning",
    phase="optimizer",
    title="a warm-up multiplies the learning rate by the step number",
    advice="divide by the length of the warm-up: base_lr * (step + 1) / warmup_steps",
    doc=__doc__,
    examples=(
        Example(
            given=(
                "w = torch.ones(1, requires_grad=True)\n"
                "opt = torch.optim.SGD([w], lr=0.3)\n"
                "def train(rate):\n"
                "    for it in range(200):\n"
                "        opt.param_groups[0]['lr'] = rate(it, 100, 0.3)\n"
                "        opt.zero_grad()\n"
                "        (w**2).sum().backward()\n"
                "        opt.step()\n"
                "    return 1 + w.detach()"
            ),
            bad=(
                "def rate(it, warmup_steps, base_lr):\n"
                "    if it < warmup_steps:\n"
                "        return base_lr * (it + 1)\n"
                "    return base_lr\n"
                "y = train(rate)"
            ),
            good=(
                "def rate(it, warmup_steps, base_lr):\n"
                "    if it < warmup_steps:\n"
                "        return base_lr * (it + 1) / warmup_steps\n"
                "    return base_lr\n"
                "y = train(rate)"
            ),
            run=False,
        ),
    ),
)


@rule.scans("warm", "lr")
def multiplied(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for node in program.nodes:
        if not isinstance(node, ast.If) or "warm" not in ast.unparse(node.test) or len(node.body) != 1:
            continue
        value = node.body[0].value if isinstance(node.body[0], ast.Return) else None
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult) and "/" not in ast.unparse(value):
            counters = {dotted(n) for n in ast.walk(node.test) if isinstance(n, ast.Name | ast.Attribute)}
            text = ast.unparse(value)
            if re.search("lr|rate", text) and any(
                re.search(rf"\b{re.escape(c)}\b", text) for c in counters if c
            ):
                yield value, f"`{text}` grows with the step number and is divided by nothing"
