r"""## What it does

Finds `torch.autograd.set_detect_anomaly(True)`.

## Why it is bad

Every backward node checks its outputs for `nan` (in every format, infinities are not looked for) and every
forward operation records a stack trace: a factor of 2 to 10 in time. It names the operation that produced
the `nan`, not the cause before it.

## Fix safety

No automatic fix.

## References

- https://docs.pytorch.org/docs/stable/autograd.html#anomaly-detection
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS507",
    name="anomaly-detection-left-on",
    kind="method",
    severity="info",
    phase="backward",
    title="anomaly detection slows every step and stays on",
    advice="use numsan run, or switch it on only for the step that fails",
    doc=__doc__,
    examples=(
        Example(
            given="w = torch.ones(1, requires_grad=True)",
            bad=(
                "torch.autograd.set_detect_anomaly(True)\n"
                "(w * 3).sum().backward()\n"
                "y = torch.tensor(1.0 + torch.is_anomaly_enabled())"
            ),
            good=(
                "with torch.autograd.detect_anomaly():\n"
                "    (w * 3).sum().backward()\n"
                "y = torch.tensor(1.0 + torch.is_anomaly_enabled())"
            ),
            silent=("torch.autograd.set_detect_anomaly(False)",),
            wrong_by=0.9,
            run=False,
        ),
    ),
)


@rule.scans("set_detect_anomaly")
def left_on(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for call in program.calls("set_detect_anomaly"):
        if call.node.args and isinstance(call.node.args[0], ast.Constant) and call.node.args[0].value is True:
            yield call.node, "every operation of every step is traced and checked"
