r"""## What it does

Finds $1 - \cos x$.

## Why it is bad

For $|x| < \sqrt{2\epsilon}$ (4.9e-4 in float32, 4.4e-2 in float16, 0.125 in bfloat16) the cosine rounds to
1 and the difference to 0, where the value is $x^2/2$.

## Fix safety

Safe: $2\sin^2(x/2)$ is the same function.

## References

- N. Higham, *Accuracy and stability of numerical algorithms*, 2nd ed., 2002, section 1.7,
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

from typing import Any

from numsan.core.addends import stands_in
from numsan.core.made import gridded
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, format_of, peel, source, stats

rule = Rule(
    code="NS205",
    name="one-minus-cos",
    kind="cancellation",
    severity="info",
    safe=True,
    title="1 - cos(x) is 0 for a small angle",
    advice="use 2 * torch.sin(x / 2) ** 2",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([1e-5, 1.0])",
            bad="y = 1 - torch.cos(x)",
            good="y = 2 * torch.sin(x / 2) ** 2",
            silent=(
                "y = 2 - torch.cos(x)",
                "y = 1 - torch.sin(x)",
                "y = 0.5 * (1 - torch.cos(torch.arange(n) * s))",
                "y = v * torch.cos(x) + k * (1 - torch.cos(x))",
            ),
            wrong_by=0.9,
            right_to=1e-6,
        ),
    ),
)


@rule.matches("sub")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("sub", (1 | 1.0, Op("cos", (x,)))):
            return {"x": x}
        case _:
            return None


@rule.reachable_when()
def of_an_angle(x: Any) -> bool | None:
    """A window or a curve over a grid is right where it is largest; a chosen operand has been kept from 0."""
    held = peel(x)
    return None if gridded(x) or (isinstance(held, Op) and held.name == "where") else True


@rule.drowned_by
def next_to_something_larger(other: Any, x: Any) -> bool:
    """In a rotation, `v * cos(x) + k * (1 - cos(x))`, the other terms are rounded near 1."""
    return not stands_in(other, x)


@rule.bites_when
def cancelled(x: Any) -> str | None:
    form, seen = format_of(x), stats(x)
    if form is None or seen is None or seen.tiny is None or seen.tiny**2 > form.eps:
        return None
    return f"`{source(x)}` is as small as {seen.tiny:.4g}: cos rounds to 1 in {form.name}"


@rule.fixed_by
def rewritten(x: Any) -> str | None:
    return f"2 * torch.sin({atom(x)} / 2) ** 2"
