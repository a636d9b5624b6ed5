r"""## What it does

Finds $\sqrt{x+c} - \sqrt{x}$, and $\sqrt{1+x} - 1$, as in a pseudo-Huber loss.

## Why it is bad

The two roots agree in their leading digits: the result has a relative error of about $\epsilon x/c$, so all
digits are gone from $x/c = 1/\epsilon$ on: 8.4e6 in float32, 1,024 in float16, 128 in bfloat16. $\sqrt{1+x} - 1$
is exactly 0 for $|x|$ below 1.2e-7 in float32.

## Fix safety

Safe: $c/(\sqrt{x+c}+\sqrt{x})$ and $x/(\sqrt{1+x}+1)$ are the same functions.

## References

- N. Higham, *Accuracy and stability of numerical algorithms*, 2nd ed., 2002, section 1.7,
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, format_of, most, number, same, source

rule = Rule(
    code="NS206",
    name="difference-of-square-roots",
    kind="cancellation",
    severity="info",
    safe=True,
    title="sqrt(x + c) - sqrt(x) loses its digits for large x, sqrt(1 + x) - 1 for small ones",
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
        Example(
            given="x = torch.tensor([1e-9, 2e-8])",
            bad="y = torch.sqrt(1 + x) - 1",
            good="y = x / (torch.sqrt(1 + x) + 1)",
            silent=("y = torch.sqrt(1 + x) - 2",),
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
        case Op("sub", (Op("sqrt", (Op("add", (1 | 1.0, x)) | Op("add", (x, 1 | 1.0)),)), 1 | 1.0)) if (
            not number(x)
        ):
            return None if _whole(x) else {"x": x, "c": None}
        case _:
            return None


def _whole(x: Any) -> bool:
    """`8 * n` of whole numbers."""
    return isinstance(x, Op) and x.name == "mul" and any(isinstance(c, int) for c in x.args)


@rule.bites_when
def cancelled(x: Any, c: float | None) -> str | None:
    form, top = format_of(x), most(x)
    if c is None:
        small = top is not None and form is not None and 0 < top < form.eps**0.5
        return f"`{source(x)}` is at most {top:.4g}: next to 1 it loses its digits" if small else None
    if form is None or top is None or c == 0 or top < abs(c) * 0.01 / form.eps:
        return None
    return f"`{source(x)}` reaches {top:.4g}: next to it {c:.4g} leaves no digit in {form.name}"


@rule.fixed_by
def rewritten(x: Any, c: float | None) -> str | None:
    if c is None:
        return f"{atom(x)} / (torch.sqrt(1 + {atom(x)}) + 1)"
    return f"{c} / (torch.sqrt({source(x)} + {c}) + torch.sqrt({source(x)}))"
