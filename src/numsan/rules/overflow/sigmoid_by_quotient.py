r"""## What it does

Finds $e^x/(1+e^x)$, also with a factor in front, as in hand-written backward functions.

## Why it is bad

Above 88.72 in float32 and 11.09 in float16 it is `inf / inf = nan`, where the value is 1.

## Fix safety

Safe: `torch.sigmoid` is the same function.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.sigmoid.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, format_of, most, same, source

rule = Rule(
    code="NS123",
    name="sigmoid-by-quotient",
    kind="overflow",
    safe=True,
    title="exp(x) / (1 + exp(x)) is inf / inf for large x",
    advice="use torch.sigmoid(x)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([120.0, 1.0], requires_grad=True)",
            bad="y = torch.exp(x) / (1 + torch.exp(x))",
            good="y = torch.sigmoid(x)",
            silent=("y = torch.exp(-x.abs()) / (1 + torch.exp(-x.abs()))",),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([120.0, 1.0])\ng = torch.ones(2)",
            bad="e = torch.exp(x)\ny = g * e / (1 + e)",
            good="y = g * torch.sigmoid(x)",
            fixed="e = torch.exp(x)\ny = g * torch.sigmoid(x)",
        ),
    ),
)


@rule.matches("div")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("div", (above, Op("add", (1 | 1.0, Op("exp", (x,))) | (Op("exp", (x,)), 1 | 1.0)))):
            pass
        case _:
            return None
    match above:
        case Op("exp", (other,)) if same(other, x):
            return {"x": x, "factor": None}
        case Op("mul", (factor, Op("exp", (other,)))) if same(other, x):
            return {"x": x, "factor": factor}
        case _:
            return None


@rule.reachable_when()
def unbounded(x: Any, factor: Any) -> bool | None:
    return interval(x)[1] > 80


@rule.bites_when
def overflowed(x: Any, factor: Any) -> str | None:
    form, top = format_of(x), most(x)
    if form is None or top is None or top <= form.exp_limit:
        return None
    return f"`{source(x)}` reaches {top:.4g} > {form.exp_limit:.4g}, where exp overflows {form.name}"


@rule.fixed_by
def rewritten(x: Any, factor: Any) -> str | None:
    return f"torch.sigmoid({source(x)})" if factor is None else f"{atom(factor)} * torch.sigmoid({source(x)})"
