r"""## What it does

Names an operation whose inputs were finite and whose result was not, where no more specific pattern
explains it.

## Why it is bad

Every format ends: float16 at 65504, bfloat16 and float32 at 3.4e38, float64 at 1.8e308. What is beyond
becomes infinity, and infinity becomes NaN at the next subtraction, product with 0 or ratio.

## Fix safety

No automatic fix: where the value should have been bounded is not in the operation.

## References

- IEEE 754-2019, section 7.4, https://ieeexplore.ieee.org/document/8766229
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS190",
    name="value-beyond-format",
    kind="overflow",
    severity="error",
    phase="forward",
    title="a value exceeded the range of its format",
    advice="bound the argument, work in log space, or compute this expression in float32",
    doc=__doc__,
)


@rule.bites_when
def beyond(text: str, went_in: str, came_out: str) -> str | None:
    """The expression `text`, its operands and its result in words."""
    return f"{text} of {went_in} gave {came_out}" if came_out else None
