r"""## What it does

Recognises a hand-written `autograd.Function` whose backward is not the derivative of its forward, by
central differences in float64 on the inputs of the failing step.

## Why it is bad

Autograd believes what `backward` returns. A factor that is off by $r$ in every layer makes $r^L$ over $L$
layers: a gradient that grows from block to block although the forward pass is well scaled, until float32
or, much earlier, float16 (65504) overflows.

## Fix safety

No automatic fix: the right formula is not known to a tool.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS490",
    name="wrong-custom-backward",
    kind="explosion",
    severity="error",
    phase="backward",
    title="a hand-written backward disagrees with its forward",
    advice="correct the formula; torch.autograd.gradcheck in float64 shows when it is right",
    doc=__doc__,
)


@rule.bites_when
def disagrees(name: str, stated: float, true: float, argument: int) -> str | None:
    """`backward` of Function `name` states one directional derivative, central differences of its forward another."""
    if abs(stated - true) <= 1e-2 * abs(true):
        return None
    return (
        f"the hand-written backward of {name} gives {stated:.4g} for a directional derivative whose value by central "
        f"differences of its forward is {true:.4g} (argument {argument}, float64)"
    )
