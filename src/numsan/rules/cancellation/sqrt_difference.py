r"""## What it does

Finds $\sqrt{x+c} - \sqrt{x}$.

## Why it is bad

The two roots agree in their leading digits: the result has a relative error of about $\epsilon x/c$, so all
digits are gone from $x/c = 1/\epsilon$ on: 8.4e6 in float32, 1,024 in float16, 128 in bfloat16.

## Fix safety

Safe: $c/(\sqrt{x+c}+\sqrt{x})$ is the same function.

## References

- N. Higham, *Accuracy and stability of numerical algorithms*, 2nd ed., 2002, section 1.7,
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, most, number, same, source

rule = Rule(
    code="NS206",
    name="difference-of-square-roots",
    kind="cancellation",
    severity="info",
    safe=True,
    title="sqrt(x + c) - sqrt(x) loses its digits for large x",
    advice="use c / (torch.sqrt(x + c) + torch.sqrt(x))",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([1e8, 1.0])",
            bad="y = torch.sqrt(x + 1) - torch.sqrt(x)",
            good="y = 1 / (torch.sqrt(x + 1) + torch.sqrt(x))",
            silent=("y = torch.sqrt(x + 1) + torch.sqrt(x)",),
            wrong_by=0.5,
            right_to=1e-6,
        ),
    ),
)


@rule.matches("sub")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("sub", (Op("sqrt", (Op("add", (x, c)),)), Op("sqrt", (other,)))) if number(c) and same(
            x, other
        ):
            return {"x": x, "c": c}
        case _:
            return None


@rule.bites_when
def cancelled(x: Any, c: float) -> str | None:
    form, top = format_of(x), most(x)
    if form is None or top is None or c == 0 or top < abs(c) * 0.01 / form.eps:
        return None
    return f"`{source(x)}` reaches {top:.4g}: next to it {c:.4g} leaves no digit in {form.name}"


@rule.fixed_by
def rewritten(x: Any, c: float) -> str | None:
    return f"{c} / (torch.sqrt({source(x)} + {c}) + torch.sqrt({source(x)}))"
