r"""## What it does

Finds `label_smoothing` in a file that masks logits with `-inf`.

## Why it is bad

Label smoothing gives every class the weight $\alpha/n$, also those masked out: $-\frac{\alpha}{n}\log 0 =
\infty$, in every format.

## Fix safety

No automatic fix: the mask and the loss may be in different files.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS316",
    name="smoothing-over-masked-classes",
    kind="domain",
    severity="warning",
    phase="forward",
    title="label smoothing gives weight to classes whose log-probability is -inf",
    advice="mask with a finite constant (-1e4), or smooth over the enabled classes only",
    doc=__doc__,
    examples=(
        Example(
            given=("x = torch.zeros(1, 3)\nm = torch.tensor([[False, False, True]])\nt = torch.tensor([0])"),
            bad=(
                "x = x.masked_fill(m, float('-inf'))\n"
                "y = torch.nn.functional.cross_entropy(x, t, label_smoothing=0.1)"
            ),
            good=(
                "x = x.masked_fill(m, -1e4)\ny = torch.nn.functional.cross_entropy(x, t, label_smoothing=0.1)"
            ),
            silent=(("x = x.masked_fill(m, float('-inf'))\ny = torch.nn.functional.cross_entropy(x, t)"),),
            run=False,
        ),
    ),
)


_MASKED = re.compile(r"masked_fill_?\([^\n]*(-\s*float\(|float\(.-inf|-(torch|math|np)\.inf)")


@rule.scans("label_smoothing", "masked_fill")
def smoothed(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if not _MASKED.search(program.text):
        return
    for call in program.calls("CrossEntropyLoss", "cross_entropy"):
        amount = call.keyword("label_smoothing")
        if amount is not None and not (isinstance(amount, ast.Constant) and amount.value == 0):
            yield call.node, "every class gets a part of the label, also those that are masked with -inf"
