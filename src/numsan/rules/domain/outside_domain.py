r"""## What it does

Names an operation that was evaluated at or past the edge of its domain, or whose derivative was, where no
more specific pattern explains it.

## Why it is bad

0/0, the logarithm of a negative number, the derivative of a root or an inverse cosine at its end point: the
result is NaN or infinite in every format, and no scaling or higher precision cures it.

## Fix safety

No automatic fix: what the value should be at the edge is not in the operation.

## References

- IEEE 754-2019, sections 7.2 and 7.3, https://ieeexplore.ieee.org/document/8766229
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS391",
    name="outside-domain",
    kind="domain",
    severity="error",
    phase="forward",
    title="an operation was evaluated at or past the edge of its domain",
    advice="keep the argument inside the domain before the operation: clamp it, or add an epsilon inside",
    doc=__doc__,
)


@rule.bites_when
def outside(text: str, went_in: str, came_out: str) -> str | None:
    """The expression `text`, its operands and its result in words."""
    return f"{text} of {went_in} gave {came_out}" if came_out else None
