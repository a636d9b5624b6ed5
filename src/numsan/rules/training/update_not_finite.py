r"""## What it does

Recognises a step whose loss and gradients were finite and whose weights were not: the optimizer's own
arithmetic failed.

## Why it is bad

Adam divides by $\sqrt{v} + \epsilon$. In float16 the default $\epsilon = 10^{-8}$ rounds to 0 (the smallest
subnormal is 6e-8) and so does the square of a gradient below 2.4e-4: the update is 0/0 or x/0. In float32
it takes a rate or a moment that is not finite, or RMSprop with `centered=True`: its variance
$E[g^2] - E[g]^2$ is a difference that rounding makes negative when a gradient hardly changes, and its root is NaN.

## Fix safety

No automatic fix: keep float32 weights, or choose an epsilon that the format holds.

## References

- https://github.com/pytorch/pytorch/issues/8860
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS583",
    name="update-not-finite",
    kind="domain",
    severity="error",
    phase="optimizer",
    title="the optimizer's own update is not finite",
    advice="keep float32 weights (autocast the forward pass), or choose an eps that the format holds: 1e-4 in float16; "
    "of RMSprop, centered=False",
    doc=__doc__,
)


@rule.bites_when
def broke(where: str, step: int, dtype: str) -> str | None:
    """Weight `where` of format `dtype` was finite before step `step` and is not after it."""
    return f"loss and gradients of step {step} are finite, but {where} ({dtype}) is not after the update"
