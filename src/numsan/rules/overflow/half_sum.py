r"""## What it does

Finds a sum over float16 values whose result can exceed the format.

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

from typing import Any

from numsan.core.half import in_half
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import clean, dtype, infinite, most, source

rule = Rule(
    code="NS110",
    name="half-precision-sum",
    kind="overflow",
    safe=True,
    title="a float16 sum exceeds 65504",
    advice="sum in float32: x.sum(dim, dtype=torch.float32)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.ones(70000)",
            bad="y = torch.sum(x.half())",
            good="y = torch.sum(x.half(), dtype=torch.float32)",
            silent=("y = torch.sum(x)", "y = torch.sum(x.bfloat16())"),
            right_to=1e-6,
        ),
    ),
)


@rule.matches("sum")
def sum_of_half(op: Op) -> Bindings | None:
    x = op.args[0]
    cast = in_half(x, leaves=False)
    return {"x": x, "rest": op.args[1:], "total": op} if cast or dtype(op) == "float16" else None


@rule.bites_when
def exceeded(x: Any, rest: tuple[Any, ...], total: Any) -> str | None:
    if not infinite(total) or not clean(x):
        return None
    top = most(x)
    return (
        f"`{source(x)}` is at most {top:.4g}, but its float16 sum exceeds 65504" if top is not None else None
    )


@rule.fixed_by
def widened(x: Any, rest: tuple[Any, ...], total: Any) -> str | None:
    return f"torch.sum({', '.join((source(x), *map(source, rest), 'dtype=torch.float32'))})"
