r"""## What it does

Finds a binary cross entropy on logits that gets probabilities: `BCEWithLogitsLoss()(torch.sigmoid(x), t)`.

## Why it is bad

The loss takes a sigmoid of its own. Of a probability in $[0, 1]$ that is between 0.5 and 0.731: in every format
a right and certain answer costs at least $\log 2 = 0.693$ for the negative class and 0.313 for the positive one,
and the gradient passes two sigmoids, at most 1/16 of it is left. Training stands still without an error.

## Fix safety

Unsafe: the numbers change, that is the point; a threshold on the loss has to be found again.

## References

- torch.nn.BCEWithLogitsLoss https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel, source

rule = Rule(
    code="NS131",
    name="logits-loss-of-sigmoid",
    kind="vanishing",
    title="binary_cross_entropy_with_logits takes logits, and gets the output of a sigmoid",
    advice="pass the logits: torch.nn.functional.binary_cross_entropy_with_logits(x, target)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([8.0, -8.0])\nt = torch.tensor([1.0, 0.0])",
            bad="y = torch.nn.functional.binary_cross_entropy_with_logits(torch.sigmoid(x), t)",
            good="y = torch.nn.functional.binary_cross_entropy_with_logits(x, t)",
            wrong_by=10.0,
            run=False,
        ),
        Example(
            given="x = torch.tensor([8.0, -8.0])\nt = torch.tensor([1.0, 0.0])",
            bad="loss = torch.nn.BCEWithLogitsLoss()\np = x.sigmoid()\ny = loss(p, t)",
            good="y = torch.nn.functional.binary_cross_entropy_with_logits(x, t)",
            fixed="loss = torch.nn.BCEWithLogitsLoss()\np = x.sigmoid()\n"
            "y = torch.nn.functional.binary_cross_entropy_with_logits(x, t)",
            wrong_by=10.0,
            run=False,
        ),
    ),
)


@rule.matches("binary_cross_entropy_with_logits")
def of_probabilities(op: Op) -> Bindings | None:
    match peel(op.args[0]):
        case Op("sigmoid" | "softmax", (x, *_)) as p:
            return {"x": x, "target": op.args[1] if len(op.args) == 2 and op.args[0] is p else None}
        case _:
            return None


@rule.fixed_by
def of_logits(x: Any, target: Any) -> str | None:
    if target is None:
        return None
    return f"torch.nn.functional.binary_cross_entropy_with_logits({source(x)}, {source(target)})"
