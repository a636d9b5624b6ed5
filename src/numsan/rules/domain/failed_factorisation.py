r"""## What it does

Recognises a Cholesky, LU or inverse whose `info` flag says that it stopped, and whose half-finished factors
were used.

## Why it is bad

A kernel matrix whose condition number exceeds $1/u$ (1.7e7 in float32, 9e15 in float64) has pivots that
rounding makes zero or negative. The `_ex` functions do not raise: the factor is garbage from the failing
pivot on, and its logarithm or its solve is NaN.

## Fix safety

No automatic fix: how much jitter the model bears is a modelling choice.

## References

- C. Rasmussen, C. Williams, *Gaussian processes for machine learning*, 2006, sections 2.2 and 3.4,
  https://gaussianprocess.org/gpml/
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS390",
    name="failed-factorisation",
    kind="domain",
    severity="error",
    phase="forward",
    title="a matrix could not be factorised and the factors were used",
    advice="add jitter to the diagonal relative to its size (1e-6 in float32), or work in float64",
    doc=__doc__,
)


@rule.bites_when
def stopped(pivot: float, low: float, high: float, dtype: str, size: int) -> str | None:
    """The factorisation of a `size` x `size` matrix in `dtype` stopped at `pivot`."""
    if not pivot:
        return None
    return (
        f"the factorisation of a {size}x{size} {dtype} matrix with elements {low:.4g} .. {high:.4g} stopped at pivot "
        f"{pivot:.0f}: it is singular or not positive definite in this format, and its info flag was not looked at"
    )
