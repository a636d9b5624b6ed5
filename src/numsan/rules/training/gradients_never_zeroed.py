r"""## What it does

Recognises a run in which the first backward call after a step adds to the gradients of the step before,
step after step.

## Why it is bad

Without `zero_grad` the update of step t is the sum of all gradients so far: steps grow like t and do not
turn round at the minimum. With an exponential somewhere in the loss the run leaves float32 within some tens
of steps; in float16 the summed gradient passes 65504 itself.

## Fix safety

No automatic fix: where gradients are accumulated on purpose the call belongs after the step, not after each
backward.

## References

- https://docs.pytorch.org/tutorials/recipes/recipes/zeroing_out_gradients.html
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS581",
    name="gradients-never-zeroed",
    kind="explosion",
    severity="error",
    phase="optimizer",
    title="gradients of earlier steps are added up",
    advice="call optimizer.zero_grad() after every optimizer.step()",
    doc=__doc__,
)


@rule.bites_when
def adds_up(stale: int, steps: int, growth: str) -> str | None:
    """`stale` of `steps` steps began with the gradients of the step before."""
    if steps < 1 or stale < 0.75 * steps:
        return None
    return (
        f"no gradient was zeroed between steps ({stale} of {steps} steps added to what the step before had left), "
        f"so the steps kept growing: {growth}"
    )
