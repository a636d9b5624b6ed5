r"""## What it does

Finds the angle of a quotient, `atan(a / b)`.

## Why it is bad

For $b = 0$ the quotient is `inf`; `atan(inf)` is $\pi/2$ and looks right, but its derivative is $0 \cdot
\infty$ = `nan` in every format. A box of height 0 does this in every IoU loss with an aspect ratio term.

## Fix safety

Unsafe: `atan2(a, b)` is the same for $b > 0$; for negative $b$ it gives the angle's own quadrant.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.atan2.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import number, source, zeros
from numsan.core.zero import reaches_zero

rule = Rule(
    code="NS312",
    name="atan-of-quotient",
    kind="domain",
    phase="backward",
    title="atan(a / b) has a nan gradient where b is 0",
    advice="use torch.atan2(a, b)",
    doc=__doc__,
    examples=(
        Example(
            given="w = torch.tensor([1.0, 1.0])\nh = torch.tensor([0.0, 1.0], requires_grad=True)",
            bad="y = torch.atan(w / h)",
            good="y = torch.atan2(w, h)",
            silent=(
                "y = torch.atan(w / (h + 1e-7))",
                "y = torch.atan(w / h.clamp(min=1e-6))",
                "y = torch.atan(w / 2)",
            ),
            right_to=1e-6,
        ),
    ),
)


@rule.matches("atan")
def quotient(op: Op) -> Bindings | None:
    match op:
        case Op("atan", (Op("div", (a, b)),)) if not number(b):
            return {"a": a, "b": b}
        case _:
            return None


@rule.reachable_when("b")
def unguarded(a: Any, b: Any) -> bool | None:
    return None if number(a) else reaches_zero(b) is not False


@rule.bites_when
def is_zero(a: Any, b: Any) -> str | None:
    n = zeros(b)
    return f"`{source(b)}` is 0 in {n} place{'s' if n > 1 else ''}: the gradient is 0 * inf" if n else None


@rule.fixed_by
def two_arguments(a: Any, b: Any) -> str | None:
    return f"torch.atan2({source(a)}, {source(b)})"
