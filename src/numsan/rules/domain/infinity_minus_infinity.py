r"""## What it does

Finds a sum or difference in which two infinities meet. It needs the values of a run.

## Why it is bad

$\infty - \infty$ is `nan` in every format: two masks of `-inf` subtracted, a log-probability of `-inf`
minus another, a maximum of `-inf` subtracted from a row of `-inf`. The defect is where the infinities come
from.

## Fix safety

No automatic fix: a finite constant, or a `torch.where` before the difference, depends on what the infinity
means.

## References

- IEEE 754-2019, section 7.2, https://doi.org/10.1109/IEEESTD.2019.8766229
"""

from __future__ import annotations

import math
from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import infinite, nans, peel, same, source

rule = Rule(
    code="NS308",
    name="infinity-minus-infinity",
    kind="domain",
    generic=True,
    title="inf - inf is nan",
    advice="keep the operands finite (a large constant instead of -inf), or select with torch.where first",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([float('-inf'), 1.0])\nb = torch.tensor([float('-inf'), 2.0])",
            bad="y = a - b",
            good="y = a.clamp(min=-1e30) - b.clamp(min=-1e30)",
            silent=("y = a + 1.0",),
            static=False,
        ),
        Example(
            given="x = torch.zeros(1, 2)\nm = torch.tensor([[True, True]])",
            bad="s = x.masked_fill(m, float('-inf'))\ny = s - s.max(-1, keepdim=True).values",
            good="s = x.masked_fill(m, -1e4)\ny = s - s.max(-1, keepdim=True).values",
            silent=("y = x - x.max(-1, keepdim=True).values",),
            run=False,
        ),
    ),
)


@rule.matches("sub", "add")
def difference(op: Op) -> Bindings | None:
    match op:
        case Op("sub" | "add", (a, b)):
            return {"a": a, "b": b, "out": op}
        case _:
            return None


@rule.reachable_when()
def of_a_masked_row(a: Any, b: Any, out: Any) -> bool | None:
    """`x - x.max()` of a row in which everything may be -inf; for anything else the values are needed."""
    match peel(a), peel(b):
        case Op("masked_fill", (_, _, fill)) as masked, Op("amax", (of, *_)) if fill == -math.inf:
            return True if out.name == "sub" and same(peel(of), masked) else None
        case _:
            return None


@rule.bites_when
def met(a: Any, b: Any, out: Any) -> str | None:
    if not nans(out) or nans(a) or nans(b) or not (infinite(a) and infinite(b)):
        return None
    return f"`{source(a)}` and `{source(b)}` are infinite in the same place: inf - inf = nan"
