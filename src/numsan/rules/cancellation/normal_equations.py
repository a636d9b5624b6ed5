r"""## What it does

Finds least squares solved by the normal equations, `solve(X.T @ X, X.T @ y)`.

## Why it is bad

$X^TX$ squares the condition number: digits are gone from $\kappa(X) = \epsilon^{-1/2}$ on, which is 2,896
in float32 and 6.7e7 in float64. `lstsq` works on $X$ itself.

## Fix safety

No automatic fix: `lstsq` wants a right-hand side with a column dimension.

## References

- G. Golub, C. Van Loan, *Matrix computations*, 4th ed., 2013, section 5.3,
  https://docs.pytorch.org/docs/stable/generated/torch.linalg.lstsq.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import source

rule = Rule(
    code="NS208",
    name="normal-equations",
    kind="precision",
    severity="info",
    title="the normal equations square the condition number",
    advice="use torch.linalg.lstsq(X, y.unsqueeze(-1)).solution, or add a ridge to X.T @ X",
    doc=__doc__,
    examples=(
        Example(
            given="X = torch.stack([torch.ones(50), torch.linspace(100, 100.1, 50)], 1)\n"
            "t = X @ torch.tensor([1.0, 2.0])",
            bad="y = torch.linalg.solve(X.T @ X, X.T @ t)",
            good="y = torch.linalg.lstsq(X.double(), t.double()[:, None]).solution[:, 0]",
            silent=("y = torch.linalg.solve(X.T @ X + 1e-3 * torch.eye(2), X.T @ t)",),
            wrong_by=0.5,
            run=False,
        ),
    ),
)


@rule.matches("solve", "matmul")
def normal(op: Op) -> Bindings | None:
    match op:
        case Op("solve", (Op("matmul", (left, x)), b)) if _is_transpose(left, x):
            return {"x": x, "b": b}
        case Op("matmul", (Op("inverse", (Op("matmul", (left, x)),)), b)) if _is_transpose(left, x):
            return {"x": x, "b": b}
        case _:
            return None


def _is_transpose(left: Any, x: Any) -> bool:
    text = source(x)
    turned = (".T", ".t()", ".mT", ".transpose(-2, -1)", ".transpose(-1, -2)")
    return source(left) in [text + turn for turn in turned]
