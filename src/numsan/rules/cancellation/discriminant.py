r"""## What it does

Finds the square root of a discriminant, `sqrt(b**2 - 4*a*c)`, that nothing keeps from being negative.

## Why it is bad

Near a double root $b^2$ and $4ac$ agree in almost all digits. Their rounded difference is off by about
$\epsilon b^2$ (1.2e-7 of it in float32, 1e-3 in float16) and can fall below 0, where the root is `nan`; at
exactly 0 the derivative of the root is infinite.

## Fix safety

Unsafe: discriminants below 1e-12 are raised to 1e-12 and get no gradient.

## References

- C. Durkan et al., *Neural spline flows*, 2019, https://arxiv.org/abs/1906.04032
- W. Kahan, *On the cost of floating-point computation without extra-precise arithmetic*, 2004,
  https://people.eecs.berkeley.edu/~wkahan/Qdrtcs.pdf
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import clean, least, same, source

DETERMINANT = re.compile(r"(^|[._])(det\w*|product|prod|ac|c)$", re.I)

rule = Rule(
    code="NS216",
    name="discriminant-below-zero",
    kind="cancellation",
    title="b**2 - 4*a*c rounds below zero near a double root",
    advice="bound the discriminant, torch.sqrt((b**2 - 4*a*c).clamp(min=1e-12))",
    doc=__doc__,
    examples=(
        Example(
            given="b = torch.tensor([1.1, 3.0])\na = torch.tensor([1.0, 1.0])\nc = torch.tensor([0.3026, 1.0])",
            bad="y = torch.sqrt(b**2 - 4 * a * c)",
            good="y = torch.sqrt(torch.clamp(b**2 - 4 * a * c, min=1e-12))",
            silent=(
                "y = torch.sqrt((b**2 - 4 * a * c).clamp(min=0) + 1e-12)",
                "d = b**2 - 4 * a * c\nif (d > 0).all():\n    y = torch.sqrt(d)",
            ),
        ),
        Example(
            given="b = torch.tensor([2.0, 3.0])\na = torch.tensor([1.0, 1.0])\nc = torch.tensor([1.1, 1.0])",
            bad="d = b * b - 4.0 * (a * c)\ny = d.sqrt()",
            good="d = b * b - 4.0 * (a * c)\ny = torch.sqrt(torch.clamp(d, min=1e-12))",
        ),
    ),
)


@rule.matches("sqrt")
def root(op: Op) -> Bindings | None:
    match op.args[0]:
        case Op("sub", (Op("pow", (b, 2 | 2.0)), product)) as inside if _rounded(product):
            return {"b": b, "product": product, "inside": inside, "named": Leaf(source(inside))}
        case Op("sub", (Op("mul", (b, other)), product)) as inside if same(b, other) and _rounded(product):
            return {"b": b, "product": product, "inside": inside, "named": Leaf(source(inside))}
        case _:
            return None


def _rounded(x: Any) -> bool:
    """`4 * a * c`, a determinant: what b**2 is close to at a double root. Squares of scales are not."""
    if isinstance(x, Leaf):
        return bool(DETERMINANT.search(x.text))
    if not isinstance(x, Op):
        return False
    return (
        (x.name == "mul" and any(a in (4, 4.0) or (isinstance(a, Op) and _rounded(a)) for a in x.args))
        or (x.name == "sub" and all(isinstance(a, Op) and a.name == "mul" for a in x.args))
        or x.name == "det"
    )


@rule.reachable_when("named")
def unguarded(b: Any, product: Any, inside: Any, named: Leaf) -> bool | None:
    return True


@rule.bites_when
def negative(b: Any, product: Any, inside: Any, named: Leaf) -> str | None:
    low = least(inside)
    if low is None or low >= 0 or not clean(inside):
        return None
    return f"`{source(inside)}` falls to {low:.4g}: its square root is nan"


@rule.fixed_by
def bounded(b: Any, product: Any, inside: Any, named: Leaf) -> str | None:
    return f"torch.sqrt(torch.clamp({source(inside)}, min=1e-12))"
