r"""## What it does

Finds $\log(e^{a} - e^{b})$ computed as written.

## Why it is bad

Above 88.72 in float32 (11.09 in float16) the exponentials are `inf` and their difference `nan`, although
the value is near $a$; below -103.97 both are 0 and the result `-inf`.

## Fix safety

Safe where $a > b$: $a + \log(-\operatorname{expm1}(b-a))$ is the same function.

## References

- M. Mächler, *Accurately computing log(1 - exp(-|a|))*, 2012,
  https://cran.r-project.org/web/packages/Rmpfr/vignettes/log1mexp-note.pdf
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, format_of, most, source, zeros

rule = Rule(
    code="NS118",
    name="log-difference-of-exps",
    kind="overflow",
    safe=True,
    title="log(exp(a) - exp(b)) is nan where the exponentials overflow",
    advice="use a + torch.log(-torch.expm1(b - a))",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([200.0, 2.0], requires_grad=True)\nb = torch.tensor([199.0, 1.0])",
            bad="y = torch.log(torch.exp(a) - torch.exp(b))",
            good="y = a + torch.log(-torch.expm1(b - a))",
            silent=("y = torch.exp(a) - torch.exp(b)",),
            right_to=1e-6,
        ),
    ),
)


@rule.matches("log")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("log", (Op("sub", (Op("exp", (a,)), Op("exp", (b,)))) as difference,)):
            return {"a": a, "b": b, "difference": difference}
        case _:
            return None


@rule.bites_when
def left_the_format(a: Any, b: Any, difference: Any) -> str | None:
    form, top = format_of(a, b), most(a)
    if form is None or top is None:
        return None
    if top > form.exp_limit:
        return f"`{source(a)}` reaches {top:.4g} > {form.exp_limit:.4g}, where exp overflows {form.name}"
    return f"exp of `{source(a)}` and of `{source(b)}` differ by 0" if zeros(difference) else None


@rule.fixed_by
def rewritten(a: Any, b: Any, difference: Any) -> str | None:
    return f"{atom(a)} + torch.log(-torch.expm1({atom(b)} - {atom(a)}))"
