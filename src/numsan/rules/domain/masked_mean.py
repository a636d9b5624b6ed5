r"""## What it does

Finds a masked average, `(x * mask).sum() / mask.sum()`.

## Why it is bad

When the mask selects nothing (a micro-batch of truncated prompts, a class absent from the batch) it is
$0/0$, `nan` in every format, and gradient accumulation spreads it to the whole step.

## Fix safety

Unsafe: an empty selection gives 0 instead of `nan`, and a mask of fractions that sum to less than 1 is
changed.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.clamp.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.made import made_elsewhere
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, peel, same, source, zeros
from numsan.core.zero import PADDING, is_mask, reaches_zero

rule = Rule(
    code="NS303",
    name="masked-mean-of-nothing",
    kind="domain",
    title="a masked average is 0/0 when the mask selects nothing",
    advice="bound the count: (x * mask).sum() / mask.sum().clamp(min=1)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([1.0, 2.0], requires_grad=True)\nkeep = torch.zeros(2)",
            bad="y = (x * keep).sum() / keep.sum()",
            good="y = (x * keep).sum() / torch.clamp(keep.sum(), min=1)",
            silent=(
                "y = (x * keep).sum() / keep.sum().clamp(min=1)",
                "y = (x * keep).sum() / (keep.sum() + 1e-8)",
                "if keep.sum() > 0:\n    y = (x * keep).sum() / keep.sum()",
                "assert keep.any()\ny = (x * keep).sum() / keep.sum()",
            ),
        ),
        Example(
            given="x = torch.tensor([[1.0, 2.0]], requires_grad=True)\nw = torch.zeros(1, 2)",
            bad="y = torch.sum(x * w, dim=1) / torch.sum(w, dim=1)",
            good="y = torch.sum(x * w, dim=1) / torch.clamp(torch.sum(w, dim=1), min=1)",
        ),
    ),
)


@rule.matches("div")
def average(op: Op) -> Bindings | None:
    match op:
        case Op("div", (Op("sum", (Op("mul", (a, b)), *_)) as total, Op("sum", (mask, *_)) as count)):
            if same(peel(a), peel(mask)) or same(peel(b), peel(mask)):
                return {"mask": mask, "total": total, "count": count}
        case _:
            pass
    return None


@rule.reachable_when("mask", "count")
def may_select_nothing(mask: Any, total: Any, count: Any) -> bool | None:
    if isinstance(mask, Leaf) and PADDING.search(mask.text):
        return reaches_zero(count)
    if isinstance(mask, Leaf):
        return None if made_elsewhere(mask) and not is_mask(mask) else True
    known = reaches_zero(count)
    if known is None and isinstance(mask, Op) and source(mask) == "weights" and mask.name == "mul":
        return True  # of a ray that meets nothing
    return known


@rule.bites_when
def selected_nothing(mask: Any, total: Any, count: Any) -> str | None:
    return (
        f"`{source(count)}` is 0: `{source(mask)}` selects nothing, the mean is 0/0" if zeros(count) else None
    )


@rule.fixed_by
def bounded(mask: Any, total: Any, count: Any) -> str | None:
    return f"{atom(total)} / torch.clamp({source(count)}, min=1)"
