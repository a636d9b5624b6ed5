r"""## What it does

Finds `hypot(a, b)` where both arguments can be zero. It needs the values of a run.

## Why it is bad

The gradient of $\sqrt{a^2+b^2}$ is $(a, b)/\sqrt{a^2+b^2}$, which is $0/0$ = `nan` at the origin in every
format. (`torch.atan2` is safe there: its backward selects 0.)

## Fix safety

No automatic fix: an epsilon changes every value.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.hypot.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import clean, source, zeros

rule = Rule(
    code="NS407",
    name="hypot-at-origin",
    kind="domain",
    phase="backward",
    title="the gradient of hypot at (0, 0) is 0/0",
    advice="move zero vectors off the origin first: a = torch.where((a == 0) & (b == 0), 1e-12, a)",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([0.0, 1.0], requires_grad=True)\nb = torch.tensor([0.0, 1.0])",
            bad="y = torch.hypot(a, b)",
            good="y = torch.hypot(a, torch.where((a == 0) & (b == 0), 1e-12, b))",
            static=False,
        ),
    ),
)


@rule.matches("hypot")
def length(op: Op) -> Bindings | None:
    return {"a": op.args[0], "b": op.args[1]}


@rule.reachable_when()
def needs_values(a: Any, b: Any) -> bool | None:
    return None


@rule.bites_when
def origin(a: Any, b: Any) -> str | None:
    if not (zeros(a) and zeros(b)) or not (clean(a) and clean(b)):
        return None
    return f"`{source(a)}` and `{source(b)}` are both 0: the gradient of hypot is 0/0"
