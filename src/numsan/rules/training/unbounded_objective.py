r"""## What it does

Recognises a run whose loss went to minus infinity: the objective has no lower bound, so there is nothing to
converge to.

## Why it is bad

A term with the wrong sign (a divergence that is added to a bound instead of subtracted, a likelihood
instead of its negative) rewards growth without limit. Lowering the learning rate only delays the overflow:
3.4e38 in float32, 65504 in float16.

## Fix safety

No automatic fix: which sign is meant is not in the numbers.

## References

- D. Kingma, M. Welling, *Auto-encoding variational Bayes*, 2014, https://arxiv.org/abs/1312.6114 (signs of
  the bound)
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS584",
    name="unbounded-objective",
    kind="explosion",
    severity="error",
    phase="forward",
    title="the loss ran away to minus infinity",
    advice="check the sign of the dominating term: a quantity that is minimised needs a lower bound",
    doc=__doc__,
)


@rule.bites_when
def ran_away(first: float, last: float, text: str) -> str | None:
    """The loss fell from `first` to `last`, far below any scale it had; `text` dominates it."""
    if last > -20 * max(1.0, abs(first)):
        return None
    return f"the loss fell from {first:.4g} to {last:.4g} and kept falling; `{text}` dominates it"
