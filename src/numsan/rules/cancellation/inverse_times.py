r"""## What it does

Finds a linear system solved by an explicit inverse, `inverse(A) @ b`.

## Why it is bad

The residual of `inverse(A) @ b` grows with the condition number, $\epsilon\,\kappa(A)$, while that of
`solve` stays near $\epsilon$: for a Hilbert matrix of order 8 in float32 0.7 against 7e-8. With $\kappa >
1/\epsilon$ (8.4e6 in float32, 4.5e15 in float64) the inverse has no correct digit. It costs three times as
much, too.

## Fix safety

Safe: `solve` computes the same product.

## References

- N. Higham, *Accuracy and stability of numerical algorithms*, 2nd ed., 2002, section 14.1,
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import source

GEOMETRY = re.compile(
    r"(^|[._])(K\d?|\w*(intrinsic|extrinsic|transform|camera|pose|homograph|affine|rot)\w*)$", re.I
)

rule = Rule(
    code="NS207",
    name="inverse-times-vector",
    kind="precision",
    sole="inverse",
    severity="info",
    safe=True,
    title="a system solved by an explicit inverse loses digits with its condition number",
    advice="use torch.linalg.solve(A, b), or cholesky_solve for a covariance",
    doc=__doc__,
    examples=(
        Example(
            given="i = torch.arange(1, 9).float()\nA = 1 / (i[:, None] + i[None] - 1)\nb = A @ torch.ones(8)",
            bad="y = A @ (torch.linalg.inv(A) @ b)",
            good="y = A @ torch.linalg.solve(A, b)",
            silent=("y = torch.linalg.inv(A)", "y = A @ b"),
            wrong_by=0.01,
            right_to=1e-5,
            run=False,
        ),
    ),
)


@rule.matches("matmul")
def product(op: Op) -> Bindings | None:
    match op:
        case Op("matmul", (Op("inverse", (a,)) as inverse, b)):
            return {"a": a, "b": b, "inverse": inverse}
        case _:
            return None


@rule.reachable_when()
def of_a_system(a: Any, b: Any, inverse: Op) -> bool | None:
    """The few rows of a camera or of a change of coordinates are conditioned well."""
    return None if GEOMETRY.search(source(a)) else True


@rule.fixed_by
def solved(a: Any, b: Any, inverse: Op) -> str | None:
    return f"torch.linalg.solve({source(a)}, {source(b)})"
