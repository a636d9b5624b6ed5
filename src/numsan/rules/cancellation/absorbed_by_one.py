r"""## What it does

Finds an epsilon that is added to 1 before the subtraction that it guards: `1 + 1e-10 - p`.

## Why it is bad

From left to right the epsilon meets the 1 first, and is gone where it is below half of the distance to the next number:
6e-8 in float32, 4.9e-4 in float16, 3.9e-3 in bfloat16, 1.1e-16 in float64. What is left is $1 - p$, which is 0 for $p =
1$. Added last, to the small difference, the same epsilon is kept: $1 - p + \epsilon$.

## Fix safety

Unsafe: the epsilon, which was nothing, becomes something.

## References

- N. Higham, *Accuracy and stability of numerical algorithms*, 2nd ed., 2002, section 1.7
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

import struct
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import number, source

rule = Rule(
    code="NS223",
    name="epsilon-absorbed-by-one",
    kind="precision",
    phase="backward",
    title="an epsilon added to 1 rounds to nothing in float32 and guards nothing",
    advice="add it to the small difference: 1 - p + 1e-10",
    doc=__doc__,
    examples=(
        Example(
            given="p = torch.tensor([1.0, 0.5], requires_grad=True)",
            bad="y = torch.log(1 + 1e-10 - p)",
            good="y = torch.log(1 - p + 1e-10)",
            silent=(
                "y = torch.log(1 + 1e-6 - p)",
                "y = torch.log(1 + 1e-10 - p.double())",
                "y = torch.log(2 - p)",
            ),
            run=False,
        ),
    ),
)


@rule.matches("sub")
def rest(op: Op) -> Bindings | None:
    match op:
        case Op("sub", (first, Op() | Leaf() as p)):
            gap = _gap(first)
            return None if gap is None else {"p": p, "gap": gap}
        case _:
            return None


def _gap(first: Any) -> float | None:
    """What is added to 1, where float32 does not hold the sum."""
    match first:
        case Op("add", (1 | 1.0, Leaf(default=float() as gap))) | Op(
            "add", (Leaf(default=float() as gap), 1 | 1.0)
        ):
            first = 1 + gap
        case _:
            pass
    if not number(first) or not 1 < first < 1.001 or struct.unpack("f", struct.pack("f", first))[0] != 1.0:
        return None
    return float(f"{first - 1:.1g}")


@rule.reachable_when()
def single(p: Any, gap: float) -> bool | None:
    return not (isinstance(p, Op) and any(o.name == "to" and o.args[-1] == "float64" for o in p.walk()))


@rule.fixed_by
def added_last(p: Any, gap: float) -> str | None:
    return f"1 - {source(p)} + {gap:.1g}"
