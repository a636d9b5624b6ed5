r"""## What it does

Recognises a run that blew up on one batch: the loss jumped in a single step, and a tensor of that batch
holds a value thousands of times larger than its median.

## Why it is bad

A squared error turns a target that is $10^6$ times too large into a gradient that is $10^6$ times too
large: one step throws the weights so far away that the next forward pass overflows float32 (3.4e38), in
float16 (65504) the same step. Typical sources: an unsigned counter that wrapped, a fill value such as 1e20,
a division by a tiny denominator, mixed units.

## Fix safety

No automatic fix: whether the row is wrong is a question to the data.

## References

- P. Huber, *Robust estimation of a location parameter*, 1964, https://doi.org/10.1214/aoms/1177703732
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS703",
    name="outlying-data",
    kind="data",
    severity="error",
    phase="data",
    title="one value in the data is out of all proportion and blew the training up",
    advice="correct or drop the row where it is made; clipping or a Huber loss bounds what one row can do",
    doc=__doc__,
)


@rule.bites_when
def outlies(step: int, before: float, after: float, largest: float, usual: float, shape: str) -> str | None:
    """In step `step` the loss went from `before` to `after`; its batch holds `largest`, the median is `usual`."""
    if abs(largest) < 1e3 * usual:
        return None
    return (
        f"in step {step} the loss jumped from {before:.4g} to {after:.4g}: a {shape} tensor of its batch holds "
        f"{largest:.4g}, where the median magnitude is {usual:.4g}"
    )
