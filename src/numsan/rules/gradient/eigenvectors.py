r"""## What it does

Finds a gradient through eigenvectors whose eigenvalues coincide. It needs the values of a run.

## Why it is bad

The derivative of an eigenvector contains $1/(\lambda_i - \lambda_j)$, which is infinite for a repeated
eigenvalue, `nan` after the chain rule in every format. Covariances of centred or whitened data, and any
multiple of the identity, have them.

## Fix safety

No automatic fix: use a function of the matrix that does not need the vectors (`eigvalsh`, `slogdet`,
`matrix_exp`), or break the tie by a small diagonal.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.linalg.eigh.html
- M. Kasim, *Derivatives of partial eigendecomposition of a real symmetric matrix for degenerate cases*,
  2020, https://arxiv.org/abs/2011.04366
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import count, least, most, source

rule = Rule(
    code="NS408",
    name="repeated-eigenvalue",
    kind="domain",
    phase="backward",
    title="the gradient of eigenvectors with equal eigenvalues is infinite",
    advice="use torch.linalg.eigvalsh where vectors are not needed, or add distinct numbers to the diagonal",
    doc=__doc__,
    examples=(
        Example(
            given="A = torch.eye(2).requires_grad_()",
            bad="y = torch.linalg.eigh(A)[1]",
            good="y = torch.linalg.eigh(A + torch.diag(torch.tensor([0.0, 1e-3])))[1]",
            static=False,
        ),
    ),
)


@rule.matches("eigh", "svd")
def vectors(op: Op) -> Bindings | None:
    return {"a": op.args[0], "values": op}


@rule.reachable_when()
def needs_values(a: Any, values: Any) -> bool | None:
    return None


@rule.bites_when
def coincide(a: Any, values: Any) -> str | None:
    low, high, n = least(values), most(values), count(values)
    if low is None or high is None or n is None or n < 2 or high - low > 1e-7 * max(abs(high), abs(low)):
        return None
    return f"all {n} eigenvalues of `{source(a)}` are {high:.4g}: 1 / (difference) is infinite"
