r"""## What it does

Finds `torch.autograd.set_detect_anomaly(True)`, `Trainer(detect_anomaly=True)`, and `with detect_anomaly()` around
every step of a loop.

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

from numsan.core.program import Program, dotted
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
            silent=(
                "torch.autograd.set_detect_anomaly(False)",
                "for x in xs:\n    if x.isnan().any():\n        with torch.autograd.detect_anomaly():\n            f(x)",
            ),
            wrong_by=0.9,
            run=False,
        ),
    ),
)


_SAYS = "every operation of every step is traced and checked"


@rule.scans("detect_anomaly")
def left_on(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for call in program.calls("set_detect_anomaly", "Trainer"):
        mode = call.keyword("detect_anomaly" if call.method == "Trainer" else "mode")
        if call.method != "Trainer" and call.node.args:
            mode = call.node.args[0]
        if isinstance(mode, ast.Constant) and mode.value is True and call.keyword("check_nan") is None:
            yield call.node, _SAYS
    for body in program.bodies:
        for block in (s for loop in body.loops for s in loop.body if isinstance(s, ast.With)):
            for item in block.items:
                if isinstance(item.context_expr, ast.Call) and dotted(item.context_expr.func).endswith(
                    "detect_anomaly"
                ):
                    yield item.context_expr, _SAYS
