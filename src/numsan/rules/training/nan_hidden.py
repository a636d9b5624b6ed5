r"""## What it does

Finds `nan_to_num` applied to a loss or a gradient.

## Why it is bad

The value becomes 0, but in the backward pass the zero gradient of the replaced element meets the infinite
derivative that made it: `0 * inf = nan` in every format. On gradients it silently replaces a failure by a
zero step.

## Fix safety

No automatic fix: the defect is elsewhere.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nan_to_num.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, dotted
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS505",
    name="nan-replaced-in-loss",
    kind="method",
    severity="warning",
    phase="backward",
    title="nan_to_num on a loss hides the value and not its gradient",
    advice="find the operation that makes the nan (numsan run), and bound its argument",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([0.0, 1.0], requires_grad=True)",
            bad=("loss = x / x\ny = torch.nan_to_num(loss)"),
            good=("loss = x / x.clamp(min=1e-12)\ny = loss"),
            silent=("y = torch.nan_to_num(x)",),
            run=False,
        ),
    ),
)


@rule.scans("nan_to_num")
def replaced(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for call in program.calls("nan_to_num", "nan_to_num_"):
        subject = call.node.args[0] if call.node.args and call.receiver in ("torch", "th", "np", "") else None
        name = dotted(subject) if subject is not None else call.receiver
        if re.search(r"(^|[._])(loss(es)?|grads?)$", name):
            yield call.node, f"`{name}` is made finite after the fact: its gradient stays nan"
