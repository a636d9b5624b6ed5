r"""## What it does

Recognises a table, target or schedule that a computation made non-finite before training began, from the
first line after which an array of the program holds NaN or infinity.

## Why it is bad

0/0 in a standardised constant column, the logarithm of a zero price, a signal-to-noise ratio at the end of
a schedule: the array is made once and poisons every batch that draws the bad row, in every format, hundreds
of steps later.

## Fix safety

No automatic fix: whether the rows should be dropped, filled or clamped is a question to the data.

## References

- https://numpy.org/doc/stable/reference/generated/numpy.isfinite.html
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS702",
    name="data-made-nonfinite",
    kind="domain",
    severity="error",
    phase="data",
    title="a computation on the data left its domain before training began",
    advice="keep the argument inside the domain of the operation on that line, or drop these rows before it",
    doc=__doc__,
)


@rule.bites_when
def born(text: str, name: str, count: int, rows: str) -> str | None:
    """The statement `text` left `count` non-finite numbers in `name`."""
    if not count:
        return None
    return f"`{text}` left {count} non-finite number{'s' if count > 1 else ''} in {name} (rows {rows})"
