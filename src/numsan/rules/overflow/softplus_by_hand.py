r"""## What it does

Finds $\log(1+e^x)$ written as `log(1 + exp(x))` or `log1p(exp(x))`.

## Why it is bad

$e^x$ is `inf` above 88.72 in float32 (11.09 in float16), where the value is $x$. The gradient is `inf / inf
= nan`.

## Fix safety

Safe: `softplus` is the same function (torch returns $x$ above its threshold of 20, right to 2e-9).

## References

- M. Mächler, *Accurately computing log(1 - exp(-|a|))*, 2012,
  https://cran.r-project.org/web/packages/Rmpfr/vignettes/log1mexp-note.pdf
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.chosen import switched
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, most, peel, source

rule = Rule(
    code="NS115",
    name="softplus-by-hand",
    kind="overflow",
    safe=True,
    title="log(1 + exp(x)) overflows for large x",
    advice="use torch.nn.functional.softplus(x)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([1.0, 120.0], requires_grad=True)",
            bad="y = torch.log(1 + torch.exp(x))",
            good="y = torch.nn.functional.softplus(x)",
            silent=("y = torch.log1p(torch.exp(-x.abs()))", "y = torch.nn.functional.softplus(x)"),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([1.0, 120.0], requires_grad=True)",
            bad="y = x.exp().log1p()",
            good="y = torch.nn.functional.softplus(x)",
        ),
    ),
)


@rule.matches("log", "log1p")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("log", (Op("add", (1 | 1.0, Op("exp", (x,)))),)):
            return {"x": x}
        case Op("log", (Op("add", (Op("exp", (x,)), 1 | 1.0)),)) | Op("log1p", (Op("exp", (x,)),)):
            return {"x": x}
        case _:
            return None


@rule.reachable_when()
def unbounded(x: Any) -> bool | None:
    return None if switched(peel(x)) else interval(x)[1] > 80


@rule.bites_when
def overflowed(x: Any) -> str | None:
    form, top = format_of(x), most(x)
    if form is None or top is None or top <= form.exp_limit:
        return None
    return f"`{source(x)}` reaches {top:.4g} > {form.exp_limit:.4g}, where exp overflows {form.name}"


@rule.fixed_by
def rewritten(x: Any) -> str | None:
    return f"torch.nn.functional.softplus({source(x)})"
