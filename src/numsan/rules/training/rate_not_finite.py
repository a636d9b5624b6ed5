r"""## What it does

Recognises a step taken with a learning rate, weight decay or epsilon that is NaN or infinite: the update then
is, whatever the gradients are.

## Why it is bad

A schedule such as $(1 - t/T)^{0.9}$ is NaN (in Python: complex, or an error) once $t > T$: a negative number
has no real fractional power. One NaN in `param_groups` multiplies into every weight in every format.

## Fix safety

No automatic fix: bound the schedule's argument, `max(0.0, 1 - t / T)`, or correct the number of steps it
assumes.

## References

- https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS585",
    name="rate-not-finite",
    kind="domain",
    severity="error",
    phase="optimizer",
    title="the learning rate itself is not finite",
    advice="bound the argument of the schedule, max(0.0, 1 - step / steps), or correct the number of steps it assumes",
    doc=__doc__,
)


@rule.bites_when
def not_finite(option: str, value: float, before: float | None, text: str) -> str | None:
    """Option `option` of the optimizer became `value`, set by the expression `text`."""
    if value - value == 0:
        return None
    was = f" (it was {before:.4g} before)" if before is not None else ""
    return f"`{text}` made {option} {value}{was}: every weight is multiplied with it in the update"
