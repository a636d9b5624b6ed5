r"""## What it does

Finds a Cholesky factorisation of a Gram matrix, a covariance or a kernel matrix to whose diagonal nothing was added.

## Why it is bad

Such a matrix is singular when there are fewer samples than columns, or two equal ones, and rounding (in float32
$10^{-7}$ of its largest eigenvalue) makes its smallest eigenvalues negative: the factorisation raises an error or,
in jax, is `nan`, after hours of training.

## Fix safety

No automatic fix: how much is added to the diagonal depends on the scale of the data.

## References

- N. J. Higham, *Analysis of the Cholesky decomposition of a semi-definite matrix*, 1990,
  https://eprints.maths.manchester.ac.uk/1193/
"""

from __future__ import annotations

from typing import Any

from numsan.core.made import maker
from numsan.core.op import Leaf, Op, leaves
from numsan.core.pairs import pairwise, untransposed
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import least, number, peel, source

rule = Rule(
    code="NS325",
    name="factorisation-without-jitter",
    kind="domain",
    title="the Cholesky factorisation of a matrix that can be singular",
    advice="add to the diagonal first: torch.linalg.cholesky(K + 1e-6 * torch.eye(n))",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.ones(2, 3)",
            bad="y = torch.linalg.cholesky(x.T @ x)",
            good="y = torch.linalg.cholesky(x.T @ x + 1e-3 * torch.eye(3))",
            silent=(
                "y = torch.linalg.cholesky(K)",
                "K = torch.exp(-torch.cdist(x, x)) + 1e-4 * torch.eye(2)\ny = torch.linalg.cholesky(K)",
            ),
            run=False,
        ),
        Example(
            given="",
            bad="K = torch.exp(-0.5 * torch.cdist(x, x) ** 2)\ny = torch.linalg.cholesky(K)",
            good="K = torch.exp(-0.5 * torch.cdist(x, x) ** 2)\ny = torch.linalg.cholesky(K + 1e-6 * eye)",
            run=False,
        ),
    ),
)


@rule.matches("cholesky")
def factor(op: Op) -> Bindings | None:
    return {"matrix": op.args[0]}


@rule.reachable_when("matrix")
def may_be_singular(matrix: Any) -> bool | None:
    held = _unscaled(matrix)
    match held:
        case Leaf():
            return True if maker(held).rpartition(".")[2] in ("cov", "corrcoef") else None
        case Op("matmul", (a, b)):
            return True if _bases(a) == _bases(b) and len(_bases(a)) == 1 else None
        case Op("exp", (exponent,)) if isinstance(exponent, Op):
            return True if any(_distances(o) for o in exponent.walk()) else None
        case _:
            return None


def _unscaled(x: Any) -> Any:
    """What is left of `c * K / n`."""
    held = peel(x)
    match held:
        case Op("div", (inner, by)) | Op("mul", (by, inner)) | Op("mul", (inner, by)) if not isinstance(
            by, Op
        ):
            return _unscaled(inner) if number(by) or isinstance(by, Leaf) else held
        case _:
            return held


def _bases(x: Any) -> set[str]:
    return {untransposed(leaf.text) for leaf in leaves(x)}


def _distances(x: Op) -> bool:
    """Of the points of one set from each other."""
    match x:
        case Op("cdist", (a, b, *_)):
            return a == b
        case Op("sub", (Leaf() as a, Leaf() as b)):
            return pairwise(a, b)
        case _:
            return False


@rule.bites_when
def singular(matrix: Any) -> str | None:
    low = least(matrix)
    return None if low is None or low > 0 else f"the diagonal of `{source(matrix)}` reaches {low:.4g}"
