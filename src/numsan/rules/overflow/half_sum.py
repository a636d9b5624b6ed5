r"""## What it does

Finds a sum over float16 values whose result can exceed the format, also where a matrix product under autocast is the
sum of a mean and the division by the number of terms comes after it.

## Why it is bad

float16 ends at 65504: a sum of 65,536 ones is `inf`, so a Dice denominator over a 288 x 288 mask or a loss
summed over a batch overflows although every term is small. torch accumulates in float32 and then rounds the
result to `inf`. bfloat16 has float32's range (3.39e38) and does not overflow here.

## Fix safety

Safe: the sum is the same number, kept in float32.

## References

- https://docs.pytorch.org/docs/stable/amp.html (operations that autocast to float32)
- P. Micikevicius et al., *Mixed precision training*, 2017, https://arxiv.org/abs/1710.03740
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.half import in_half, under_autocast
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import clean, dtype, infinite, most, source, within

OVERLAP = re.compile(r"dice|tversky|jaccard|iou|vae_?loss|elbo", re.I)  # sums over all pixels of a batch
COUNT = re.compile(
    r"(^|[._])(n|num|count|total)(_\w+)?$|(^|[._])(points|pixels|samples|positions|area|hw|height\w*width)$|\.shape\[|\.size\(|len\(",
    re.I,
)

rule = Rule(
    code="NS110",
    told_at="total",
    name="half-precision-sum",
    kind="overflow",
    safe=True,
    mended_by_width=True,
    title="a float16 sum exceeds 65504",
    advice="sum in float32: x.sum(dim, dtype=torch.float32)",
    in_autocast=True,
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.ones(70000)",
            bad="y = torch.sum(x.half())",
            good="y = torch.sum(x.half(), dtype=torch.float32)",
            silent=("y = torch.sum(x)", "y = torch.sum(x.bfloat16())"),
            right_to=1e-6,
        ),
        Example(
            given="",
            bad=(
                "with torch.autocast('cuda', dtype=torch.float16):\n"
                "    num_points = x.shape[1]\n    y = torch.matmul(x, t.T) / num_points"
            ),
            good=(
                "with torch.autocast('cuda', dtype=torch.float16):\n"
                "    num_points = x.shape[1]\n    y = torch.matmul(x / num_points, t.T)"
            ),
            run=False,
        ),
    ),
)


@rule.matches("sum", "div", "mul")
def sum_of_half(op: Op) -> Bindings | None:
    x = op.args[0]
    if op.name == "mul":
        return _nothing(op)
    if op.name == "div":
        late = len(op.args) == 2 and _count(op.args[1]) and _products(x)
        return {"x": x, "rest": (), "total": x, "late": True} if late else None
    cast = in_half(x, names=False) or (OVERLAP.search(within(op)) and in_half(x))
    return {"x": x, "rest": op.args[1:], "total": op} if cast or dtype(op) == "float16" else None


def _nothing(op: Op) -> Bindings | None:
    """`preds.sum() * 0.0`, a loss of nothing, is `inf * 0` where the sum overflows."""
    match op:
        case Op("mul", (Op("sum", (x, *rest)) as total, 0 | 0.0)) if in_half(x):
            return {"x": x, "rest": tuple(rest), "total": total}
        case _:
            return None


def _count(n: Any) -> bool:
    """What a sum is divided by to be a mean."""
    return isinstance(n, Leaf) and bool(COUNT.search(n.call[0] if n.call is not None else n.text))


def _products(x: Any) -> bool:
    match x:
        case Op("add", (a, b)):
            return _products(a) and _products(b)
        case Op("matmul" | "einsum", _):
            return True
        case Op("view", (inner, *_)):
            return _products(inner)
        case _:
            return False


@rule.reachable_when()
def too_late(x: Any, rest: tuple[Any, ...], total: Any, late: bool = False) -> bool | None:
    return not late or under_autocast(x) or in_half(x, names=False) or None


@rule.bites_when
def exceeded(x: Any, rest: tuple[Any, ...], total: Any, late: bool = False) -> str | None:
    if late or not infinite(total) or not clean(x):
        return None
    top = most(x)
    return (
        f"`{source(x)}` is at most {top:.4g}, but its float16 sum exceeds 65504" if top is not None else None
    )


@rule.fixed_by
def widened(x: Any, rest: tuple[Any, ...], total: Any, late: bool = False) -> str | None:
    if late:
        return None
    return f"torch.sum({', '.join((source(x), *map(source, rest), 'dtype=torch.float32'))})"
