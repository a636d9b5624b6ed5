r"""## What it does

Names a quotient whose denominator was a subnormal number or zero by underflow, where no more specific
pattern explains it.

## Why it is bad

Below 1.2e-38 in float32 and bfloat16 and below 6.1e-5 in float16 numbers lose digits, and below 1.4e-45
(6e-8 in float16) they are 0. Their reciprocal overflows: 1/x is infinite for x < 2.9e-39 in float32.

## Fix safety

No automatic fix: the value has to be kept in log space, or away from zero, where it is made.

## References

- IEEE 754-2019, section 7.5, https://ieeexplore.ieee.org/document/8766229
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS191",
    name="value-below-format",
    kind="underflow",
    severity="error",
    phase="forward",
    title="a value vanished below the range of its format",
    advice="work in log space, or keep the value away from zero before it is used",
    doc=__doc__,
)


@rule.bites_when
def below(text: str, went_in: str, came_out: str) -> str | None:
    """The expression `text`, its operands and its result in words."""
    return f"{text} of {went_in} gave {came_out}" if came_out else None
