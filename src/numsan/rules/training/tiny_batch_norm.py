r"""## What it does

Finds a training loader with one or two samples a batch in a file whose model has BatchNorm layers.

## Why it is bad

Of $n$ values the mean and the variance are estimated with relative errors of about $1/\sqrt n$ and $\sqrt{2/n}$.
With $n = 2$ the normalised values are $\pm1$ whatever went in; with one value per channel torch raises, and the
variance is 0. In evaluation the running statistics are others. Feature maps add values, but of the same image.
In every format: nothing is infinite, and training is worse or fails.

## Fix safety

No automatic fix: the norm or the batch size changes.

## References

- Y. Wu, K. He, *Group normalization*, 2018, https://arxiv.org/abs/1803.08494
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Call, Program
from numsan.core.rule import Example, Rule
from numsan.core.single import Values

_REST = "out = torch.cat([norm(x) for x in loader])\nout.sum().backward()\ny = out.detach().abs().amax()"

rule = Rule(
    code="NS514",
    name="batch-norm-of-tiny-batch",
    kind="precision",
    severity="warning",
    title="BatchNorm is trained on one or two samples a batch",
    advice="use GroupNorm or LayerNorm, a larger batch, or SyncBatchNorm over several devices",
    doc=__doc__,
    examples=(
        Example(
            given="data = list(torch.linspace(-2, 2, 64).view(-1, 1) ** 3)",
            bad=(
                "norm = torch.nn.BatchNorm1d(1)\nloader = torch.utils.data.DataLoader(data, batch_size=2)\n"
                + _REST
            ),
            good=(
                "norm = torch.nn.BatchNorm1d(1)\nloader = torch.utils.data.DataLoader(data, batch_size=64)\n"
                + _REST
            ),
            silent=(
                "norm = torch.nn.BatchNorm1d(1)\n"
                "test_loader = torch.utils.data.DataLoader(data, batch_size=1)\nnorm(x).sum().backward()",
                "norm = torch.nn.LayerNorm(1)\n"
                "loader = torch.utils.data.DataLoader(data, batch_size=1)\nnorm(x).sum().backward()",
            ),
            wrong_by=0.4,  # both samples of a batch become +1 and -1
            run=False,
        ),
    ),
)

_NORM = re.compile(r"\bBatchNorm(1d|2d|3d)\(")
_FROZEN = re.compile(r"SyncBatchNorm|Frozen\w*BatchNorm|freeze_?(bn|batch)", re.I)
_EVALUATES = re.compile(r"test|val|eval|infer|pred|query|demo|calib", re.I)


@rule.scans("BatchNorm", "DataLoader(", "backward")
def tiny(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if not _NORM.search(program.text) or _FROZEN.search(program.code):
        return
    for body in program.bodies:
        for call in body.methods("DataLoader"):
            size = call.keyword("batch_size") or (call.node.args[1] if len(call.node.args) > 1 else None)
            if size is None or _evaluates(program, call) or _EVALUATES.search(body.name):
                continue
            number = Values(program, body).number(size) or _parsed(program, size)
            if number in (1, 2):
                yield (
                    call.node,
                    f"BatchNorm estimates mean and variance from {number:.0f} samples of this loader",
                )


def _parsed(program: Program, size: ast.expr) -> float | None:
    """The default of `--batch-size` for `args.batch_size`."""
    if not isinstance(size, ast.Attribute):
        return None
    for call in program.calls("add_argument"):
        names = {
            str(a.value).lstrip("-").replace("-", "_") for a in call.node.args if isinstance(a, ast.Constant)
        }
        default = call.keyword("default")
        if size.attr in names and isinstance(default, ast.Constant) and isinstance(default.value, int):
            return float(default.value)
    return None


def _evaluates(program: Program, call: Call) -> bool:
    """Whether the loader, or what it loads, is named after an evaluation."""
    line = program.text.splitlines()[call.node.lineno - 1].partition("DataLoader(")[0]
    return bool(_EVALUATES.search(line) or any(_EVALUATES.search(ast.unparse(a)) for a in call.node.args))
