r"""## What it does

Finds a binary cross entropy of logits that were masked with `-inf`.

## Why it is bad

The loss holds the product $x\,(1-t)$: for $x = -\infty$ and $t = 1$ it is infinite, for $t = 0$ the formula
contains $0 \cdot \infty$ or $\infty - \infty$, which is `nan`, in every format. A mask of the loss comes too
late.

## Fix safety

No automatic fix: the masked elements have to be left out of the mean.

## References

- https://github.com/pytorch/pytorch/issues/49844
"""

from __future__ import annotations

import math
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import infinite, nans, peel, source

rule = Rule(
    code="NS318",
    name="bce-of-infinite-logit",
    kind="domain",
    title="binary cross entropy of a logit of -inf is inf or nan",
    advice="compute the loss with reduction='none' on finite logits and mask the loss",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.zeros(2, requires_grad=True)\nm = torch.tensor([True, False])\nt = torch.ones(2)",
            bad="y = torch.nn.functional.binary_cross_entropy_with_logits(x.masked_fill(m, float('-inf')), t)",
            good="y = torch.nn.functional.binary_cross_entropy_with_logits(x.masked_fill(m, -1e4), t)",
            silent=("y = torch.nn.functional.binary_cross_entropy_with_logits(x, t)",),
            run=False,
        ),
    ),
)


@rule.matches("binary_cross_entropy_with_logits")
def masked(op: Op) -> Bindings | None:
    match op.args:
        case (_, Op() | Leaf() as targets, *_) if "[" in source(targets):
            return None  # those that are allowed
        case _:
            logits = op.args[0]
    match peel(logits):
        case Op("masked_fill", (x, _, value)) | Op("where", (_, x, value)) if value == -math.inf:
            return {"x": x, "logits": logits, "out": op}
        case _:
            return None


@rule.bites_when
def not_finite(x: Any, logits: Any, out: Any) -> str | None:
    if not infinite(logits) or nans(logits) or not (nans(out) or infinite(out)):
        return None
    return f"`{source(logits)}` holds {infinite(logits)} infinite logits: the loss is not finite"
