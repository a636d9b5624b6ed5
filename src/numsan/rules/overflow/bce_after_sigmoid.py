r"""## What it does

Finds `binary_cross_entropy` (or `BCELoss`) applied to the output of a sigmoid.

## Why it is bad

From a logit of 16.6 in float32 (7.6 in float16, 5.5 in bfloat16) the sigmoid is exactly 1; torch clamps the
logarithm at -100, so the loss of a confidently wrong sample is capped and its gradient is 0: it never
recovers.

## Fix safety

Safe: `binary_cross_entropy_with_logits` is the same loss, from the logits.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import largest, source

rule = Rule(
    code="NS122",
    name="bce-after-sigmoid",
    kind="vanishing",
    safe=True,
    title="binary cross entropy of a sigmoid loses the gradient of confident samples",
    advice="use torch.nn.functional.binary_cross_entropy_with_logits(x, target), or BCEWithLogitsLoss",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([200.0, -1.0])\nt = torch.tensor([0.0, 1.0])",
            bad="y = torch.nn.functional.binary_cross_entropy(torch.sigmoid(x), t)",
            good="y = torch.nn.functional.binary_cross_entropy_with_logits(x, t)",
            silent=("y = torch.nn.functional.binary_cross_entropy_with_logits(x, t)",),
            wrong_by=0.4,
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([200.0, -1.0])\nt = torch.tensor([0.0, 1.0])",
            bad="loss = torch.nn.BCELoss()\np = torch.sigmoid(x)\ny = loss(p, t)",
            good="y = torch.nn.functional.binary_cross_entropy_with_logits(x, t)",
            fixed="loss = torch.nn.BCELoss()\np = torch.sigmoid(x)\n"
            "y = torch.nn.functional.binary_cross_entropy_with_logits(x, t)",
            wrong_by=0.4,
        ),
    ),
)


@rule.matches("binary_cross_entropy")
def of_a_sigmoid(op: Op) -> Bindings | None:
    match op:
        case Op("binary_cross_entropy", (Op("sigmoid", (x,)), target, *more)):
            return {"x": x, "target": target, "plain": not more}
        case _:
            return None


@rule.bites_when
def saturated(x: Any, target: Any, plain: bool) -> str | None:
    size = largest(x)
    if size is None or size < 100:
        return None
    return f"|`{source(x)}`| reaches {size:.4g}: the loss is capped at 100, its gradient is 0"


@rule.fixed_by
def with_logits(x: Any, target: Any, plain: bool) -> str | None:
    name = "torch.nn.functional.binary_cross_entropy_with_logits"
    return f"{name}({source(x)}, {source(target)})" if plain else None
