r"""## What it does

Finds a cross entropy of labels that a mask has set to the index which the loss ignores.

## Why it is bad

The mean is taken over the labels that are left. A batch in which the mask hides every one (a short sequence, a
truncated answer) divides $0/0$ = `nan`, in every format, and the gradient of the whole model is `nan`.

## Fix safety

No automatic fix: the sum is divided by the number of labels that are left, at least 1.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel, source

rule = Rule(
    code="NS327",
    name="all-labels-ignored",
    kind="domain",
    averaged=True,
    title="the mean of a cross entropy is 0/0 where every label is ignored",
    advice='use reduction="sum" and divide by (labels != -100).sum().clamp(min=1)',
    doc=__doc__,
    examples=(
        Example(
            given=(
                "x = torch.zeros(2, 3, requires_grad=True)\nt = torch.tensor([0, 1])\nhide = torch.tensor([True, True])"
            ),
            bad="t = t.masked_fill(hide, -100)\ny = torch.nn.functional.cross_entropy(x, t)",
            good=(
                "t = t.masked_fill(hide, -100)\n"
                "y = torch.nn.functional.cross_entropy(x, t, reduction='sum') / (t != -100).sum().clamp(min=1)"
            ),
            silent=(
                "if not hide.all():\n    t = t.masked_fill(hide, -100)\n"
                "    y = torch.nn.functional.cross_entropy(x, t)",
                "t = t.masked_fill(hide, 0)\ny = torch.nn.functional.cross_entropy(x, t)",
            ),
            run=False,
        ),
    ),
)


@rule.matches("cross_entropy", "nll_loss")
def of_hidden_labels(op: Op) -> Bindings | None:
    match op:
        case Op(_, (_, target, *_)):
            pass
        case _:
            return None
    match peel(target):
        case Op("masked_fill", (labels, mask, index)) if index == -100:
            return {"labels": labels, "mask": mask}
        case Op("where", (mask, labels, index)) | Op("where", (mask, index, labels)) if index == -100:
            return {"labels": labels, "mask": mask}
        case _:
            return None


@rule.reachable_when("mask", "labels")
def hidden(labels: Any, mask: Any) -> bool | None:
    """A mask that hides padding alone leaves something of every row."""
    if not isinstance(mask, Op | Leaf):
        return None
    return None if "pad" in source(mask).lower() else True
