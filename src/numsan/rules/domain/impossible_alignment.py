r"""## What it does

Finds a CTC loss without `zero_infinity=True`.

## Why it is bad

A target that does not fit its input (longer than the number of frames, or with too few frames for its
repeated letters) has no alignment: its probability is 0 and its loss $-\log 0 = \infty$, in every format. One
such sample makes the batch's loss `inf` and its gradient `nan`.

## Fix safety

No automatic fix: `zero_infinity=True` sets exactly these samples, and their gradients, to 0. It also hides them: count
them when the data is made.

## References

- A. Graves et al., *Connectionist temporal classification*, 2006,
  https://www.cs.toronto.edu/~graves/icml_2006.pdf
- https://docs.pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS317",
    name="ctc-of-impossible-alignment",
    kind="domain",
    title="the CTC loss of a target that does not fit its input is inf",
    advice="pass zero_infinity=True, and leave out samples whose target is longer than their input",
    doc=__doc__,
    examples=(
        Example(
            given="p = torch.zeros(2, 1, 3, requires_grad=True)\nt = torch.tensor([[1, 1, 2]])\n"
            "n = torch.tensor([2])\nk = torch.tensor([3])",
            bad="y = torch.nn.functional.ctc_loss(p.log_softmax(2), t, n, k)",
            good="y = torch.nn.functional.ctc_loss(p.log_softmax(2), t, n, k, zero_infinity=True)",
            silent=("loss = torch.nn.CTCLoss(blank=0, zero_infinity=True)",),
            run=False,
        ),
        Example(
            given="p = torch.zeros(2, 1, 3, requires_grad=True)\nt = torch.tensor([[1, 1, 2]])\n"
            "n = torch.tensor([2])\nk = torch.tensor([3])",
            bad="y = torch.nn.CTCLoss(blank=0)(p.log_softmax(2), t, n, k)",
            good="y = torch.nn.CTCLoss(blank=0, zero_infinity=True)(p.log_softmax(2), t, n, k)",
            run=False,
        ),
    ),
)
_TARGETS = {"torch.nn.CTCLoss": 2, "torch.nn.functional.ctc_loss": 6}


@rule.scans()
def infinite_kept(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if "CTCLoss" not in program.text and "ctc_loss" not in program.text:
        return
    for call in program.calls("CTCLoss", "ctc_loss"):
        position = _TARGETS.get(program.qualified(call.node.func) or "")
        if position is None or len(call.node.args) > position or call.keyword("zero_infinity") is not None:
            continue
        if all(k.arg is not None for k in call.node.keywords):
            yield call.node, "a target longer than its input has an infinite loss, which is kept"
