r"""## What it does

Finds a quotient whose numerator vanishes together with its denominator: `sin(x) / x`, `x / sin(x)`,
`(1 - cos(x)) / x**2`, `x / tan(x)`, as rotations and rigid motions are written.

## Why it is bad

The limit at 0 is finite, the quotient is $0/0$ = `nan` there, in every format; `x / sin(x)` also overflows
near $\pi$. Masking the result leaves a `nan` gradient.

## Fix safety

No automatic fix: a series for small arguments, or `torch.sinc(x / torch.pi)` for the first form.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.sinc.html
- J. Solà et al., *A micro Lie theory for state estimation in robotics*, 2018,
  https://arxiv.org/abs/1812.01537
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import number, peel, same, source, zeros
from numsan.core.zero import reaches_zero

SIDE = re.compile(r"(^|_)(left|right)$")

rule = Rule(
    code="NS319",
    name="sinc-by-hand",
    kind="domain",
    title="sin(x) / x and its relatives are 0/0 at 0",
    advice="use torch.sinc(x / torch.pi), or torch.where on the argument with the series near 0",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([0.0, 1.0], requires_grad=True)",
            bad="y = torch.sin(x) / x",
            good="y = torch.sinc(x / torch.pi)",
            silent=(
                "y = torch.sin(x) / (x + 1e-8)",
                "if x.min() > 1e-3:\n    y = torch.sin(x) / x",
                "y = torch.sin(x) / z",
            ),
            right_to=1e-5,
        ),
        Example(
            given="x = torch.tensor([0.0, 1.0], requires_grad=True)",
            bad="y = x / (2.0 * torch.sin(x))",
            good="y = 0.5 / torch.sinc(x / torch.pi)",
        ),
    ),
)


@rule.matches("div")
def vanishing(op: Op) -> Bindings | None:
    above, below = _core(op.args[0]), _core(op.args[1])
    match above, below:
        case Op("sin" | "tan" | "sinh" | "expm1" | "atan" | "asin", (x,)), y if same(peel(x), y):
            return {"x": x, "below": op.args[1]}
        case Op("sub", (1 | 1.0, Op("cos", (x,)))), y if same(peel(x), y):
            return {"x": x, "below": op.args[1]}
        case Op("sin" | "sinh", (Op("mul", factors),)), Op("sin" | "sinh", (x,)) if any(
            same(f, x) for f in factors
        ):
            return {"x": x, "below": op.args[1]}
        case y, Op("sin" | "tan" | "sinh", (x,)) if same(peel(x), y):
            return {"x": x, "below": op.args[1]}
        case _:
            return None


def _core(value: Any) -> Any:
    """What is left of constants, squares and rearrangements."""
    held = peel(value)
    match held:
        case Op("mul", (c, x)) if number(c):
            return _core(x)
        case Op("mul" | "pow", (x, c)) if number(c):
            return _core(x)
        case _:
            return held


@rule.reachable_when("x", "below")
def unguarded(x: Any, below: Any) -> bool | None:
    if SIDE.search(source(x)):
        return None  # of what is symmetric, without its middle
    for value in (peel(x, "sqrt"), peel(below, "sqrt")):
        if isinstance(value, Op) and value.name in ("where", "clamp"):
            return None
    return reaches_zero(below) is not False if isinstance(peel(x), Op | Leaf) else False


@rule.bites_when
def at_zero(x: Any, below: Any) -> str | None:
    n = zeros(below)
    return f"`{source(below)}` is exactly 0 in {n} place{'s' if n > 1 else ''}: 0 / 0 = nan" if n else None
