r"""## What it does

Finds a difference of two squares, `a**2 - b**2`.

## Why it is bad

Each square is rounded before they are subtracted: for $a \approx b$ the relative error of the difference is
about $\epsilon\,a/|a-b|$, in float32 1.2e-7 times that ratio, in float16 1e-3 times. Squares also leave the
format where $a$ does not: from 1.8e19 on in float32, from 256 in float16. The product $(a-b)(a+b)$ does
neither.

## Fix safety

Safe: the product is the same polynomial and is right to a few units in the last place.

## References

- D. Goldberg, *What every computer scientist should know about floating-point arithmetic*, 1991, theorem
  on cancellation, https://doi.org/10.1145/103162.103163
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.squares import base_of
from numsan.core.values import atom, format_of, largest, least, same, source

rule = Rule(
    code="NS217",
    name="difference-of-squares",
    kind="cancellation",
    severity="info",
    safe=True,
    title="a**2 - b**2 loses the digits that (a - b) * (a + b) keeps",
    advice="write (a - b) * (a + b)",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([10000.01, 3.0])\nb = torch.tensor([10000.0, 2.0])",
            bad="y = a**2 - b**2",
            good="y = (a - b) * (a + b)",
            silent=("y = a**2 + b**2", "y = a**2 - 1", "y = (a - b) ** 2"),
            static=False,
            wrong_by=1e-3,
            right_to=1e-6,
            run=False,
        ),
        Example(
            given="s = torch.tensor([1000.01, 1000.0])",
            bad="y = s[0].pow(2) - s[1].pow(2)",
            good="y = (s[0] - s[1]) * (s[0] + s[1])",
            wrong_by=1e-4,
            right_to=1e-6,
            run=False,
        ),
    ),
)


@rule.matches("sub")
def squares(op: Op) -> Bindings | None:
    match op:
        case Op("sub", (left, right)):
            a, b = base_of(left), base_of(right)
            return None if a is None or b is None or same(a, b) else {"a": a, "b": b}
        case _:
            return None


@rule.reachable_when()
def close(a: Any, b: Any) -> bool | None:
    """Parts of one tensor come close to each other; of other values that is not known."""
    return True if _base_name(a) == _base_name(b) else None


def _base_name(x: Any) -> str:
    return re.split(r"[\[.(]", source(x))[0]


@rule.bites_when
def cancelled(a: Any, b: Any) -> str | None:
    form, size, other = format_of(a, b), largest(a), largest(b)
    if form is None or size is None or other is None or not least(a):
        return None
    if max(size, other) <= form.sqrt_max:
        return None
    return f"`{source(a)}` reaches {max(size, other):.4g}, whose square exceeds {form.max:.4g} in {form.name}"


@rule.fixed_by
def factored(a: Any, b: Any) -> str | None:
    return f"({atom(a)} - {atom(b)}) * ({atom(a)} + {atom(b)})"
