r"""## What it does

Finds `TrainingArguments(logging_nan_inf_filter=True)` of transformers.

## Why it is bad

A step whose loss is `nan` or `inf` (in float16 from 65504 on, in float32 from 3.4e38) is logged as the mean of the
losses before it: the curve stays smooth while the weights are already lost. The default is the same; here
somebody has asked for it.

## Fix safety

Safe: only what is logged changes.

## References

- https://huggingface.co/docs/transformers/main_classes/trainer
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

# what transformers does with the argument, without transformers
_TRAINER = (
    "import math\n"
    "class TrainingArguments:\n"
    "    def __init__(self, logging_nan_inf_filter=True):\n        self.hides = logging_nan_inf_filter\n"
    "def hidden(args, losses):\n"
    "    return torch.tensor(1.0 + args.hides * sum(not math.isfinite(loss) for loss in losses))"
)

rule = Rule(
    code="NS516",
    name="nan-filtered-from-logs",
    kind="method",
    severity="warning",
    phase="optimizer",
    safe=True,
    title="a nan loss is left out of the logs",
    advice="logging_nan_inf_filter=False",
    doc=__doc__,
    examples=(
        Example(
            given=_TRAINER,
            bad="args = TrainingArguments(logging_nan_inf_filter=True)\ny = hidden(args, [2.0, float('nan')])",
            good="args = TrainingArguments(logging_nan_inf_filter=False)\ny = hidden(args, [2.0, float('nan')])",
            silent=("args = TrainingArguments()",),
            wrong_by=0.9,
            run=False,
        ),
    ),
)


@rule.scans("logging_nan_inf_filter")
def filtered(program: Program) -> Iterator[tuple[ast.AST, str, str]]:
    for node in program.nodes:
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            value = keyword.value
            if (
                keyword.arg == "logging_nan_inf_filter"
                and isinstance(value, ast.Constant)
                and value.value is True
            ):
                yield (
                    value,
                    "losses that are nan or infinite are replaced by the mean of those before",
                    "False",
                )
