r"""## What it does

Recognises a run whose learning rate had at least doubled when its norms exploded.

## Why it is bad

A gradient step is stable while the rate is below $2/\lambda_{\max}$ of the loss curvature; a schedule that
multiplies the rate by the step number instead of by a fraction of the warm-up crosses that line at a step
that depends on the model only. The format does not matter.

## Fix safety

No automatic fix: the intended schedule is not in the numbers.

## References

- P. Goyal et al., *Accurate, large minibatch SGD*, 2017, https://arxiv.org/abs/1706.02677 (warm-up)
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS582",
    name="learning-rate-grew",
    kind="explosion",
    severity="error",
    phase="optimizer",
    title="the learning rate grew until training exploded",
    advice="check the schedule: a warm-up multiplies the base rate by (step + 1) / warmup_steps, which ends at 1",
    doc=__doc__,
)


@rule.bites_when
def grew(first: float, last: float, text: str, growth: str) -> str | None:
    """The rate went from `first` to `last`, set by the expression `text`."""
    if not first or last / first < 2.0:
        return None
    return f"the learning rate went from {first:.4g} to {last:.4g} ({last / first:.4g} times) by `{text}`; {growth}"
