r"""## What it does

Finds $1/(1+e^{-x})$ written out.

## Why it is bad

Below -88.72 in float32 (-11.09 in float16) $e^{-x}$ is `inf`: the value is still right, $1/\infty = 0$, but
its gradient is $e^{-x}/(1+e^{-x})^2$ = `0 * inf = nan`.

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
from numsan.core.values import format_of, least, same, source

rule = Rule(
    code="NS114",
    name="sigmoid-by-hand",
    kind="overflow",
    phase="backward",
    safe=True,
    title="1 / (1 + exp(-x)) has a nan gradient for very negative x",
    advice="use torch.sigmoid(x)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([-120.0, 1.0], requires_grad=True)",
            bad="y = 1 / (1 + torch.exp(-x))",
            good="y = torch.sigmoid(x)",
            silent=("y = 1 / (1 + torch.exp(-x.abs()))", "y = 1 / (1 + x.abs())"),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([-120.0, 1.0], requires_grad=True)",
            bad="y = 1.0 / ((-x).exp() + 1.0)",
            good="y = torch.sigmoid(x)",
        ),
    ),
)


@rule.matches("div")
def logistic(op: Op) -> Bindings | None:
    match op:
        case Op("div", (1 | 1.0, Op("add", (1 | 1.0, Op("exp", (Op("neg", (x,)),)))))):
            return {"x": x}
        case Op("div", (above, Op("add", (1 | 1.0, Op("exp", (Op("neg", (x,)),)))))) if same(above, x):
            return {"x": x}
        case Op("div", (1 | 1.0, Op("add", (Op("exp", (Op("neg", (x,)),)), 1 | 1.0)))):
            return {"x": x}
        case _:
            return None


@rule.reachable_when()
def unbounded(x: Any) -> bool | None:
    return interval(x)[0] < -80


@rule.bites_when
def overflowed(x: Any) -> str | None:
    form, low = format_of(x), least(x)
    if form is None or low is None or -low <= form.exp_limit:
        return None
    return f"`{source(x)}` falls to {low:.4g} < {-form.exp_limit:.4g}: exp(-x) is inf, its gradient nan"


@rule.fixed_by
def rewritten(x: Any) -> str | None:
    return f"torch.sigmoid({source(x)})"
