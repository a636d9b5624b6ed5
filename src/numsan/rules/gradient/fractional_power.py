r"""## What it does

Finds a power with an exponent between 0 and 1 of a value that can be zero, such as the modulating factor
$(1-p_t)^\gamma$ of a focal loss with $\gamma < 1$.

## Why it is bad

$\frac{d}{dx}x^c = c\,x^{c-1}$ is infinite at 0 for $c < 1$; multiplied with a loss of 0 it is `nan`. A
confident sample reaches $p_t = 1$ exactly from a logit of 16.6 in float32, 7.6 in float16, 5.5 in bfloat16.

## Fix safety

Unsafe: bases below 1e-12 are raised to 1e-12 and get no gradient.

## References

- T.-Y. Lin et al., *Focal loss for dense object detection*, 2017, https://arxiv.org/abs/1708.02002
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import interval, probability
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, number, peel, source, usual, within, zeros
from numsan.core.zero import reaches_zero

LOSS = re.compile(r"loss|criterion", re.I)
MAGNITUDE = re.compile(r"(^|[._])\w*(mags?|magnitudes?|amplitudes?|spectrograms?)$")
WEIGHTS = re.compile(r"(^|[._])(weights|powers|exponents)(\.|\[|$)")

rule = Rule(
    code="NS403",
    name="fractional-power-at-zero",
    kind="domain",
    phase="backward",
    title="the derivative of x**c at 0 is infinite for c < 1",
    advice="bound the base: x.clamp(min=1e-12) ** c",
    doc=__doc__,
    examples=(
        Example(
            given="pt = torch.tensor([1.0, 0.5], requires_grad=True)\ngamma = 0.5",
            bad="y = (1 - pt) ** 0.7",
            good="y = torch.clamp(1 - pt, min=1e-12) ** 0.7",
            silent=("y = (1 - pt) ** 2", "y = (1 - pt).clamp(min=1e-6) ** 0.7"),
        ),
        Example(
            given="x = torch.tensor([0.0, 0.5], requires_grad=True)",
            bad="y = x.clamp(min=0).pow(1 / 3)",
            good="y = x.clamp(min=1e-12).pow(1 / 3)",
            fixed="y = torch.clamp(x.clamp(min=0), min=1e-12) ** 0.3333333333333333",
        ),
        Example(
            given="p_t = torch.tensor([1.0, 0.5], requires_grad=True)\ngamma = 0.0",
            bad="y = (1 - p_t) ** (gamma - 1)",
            good="y = torch.clamp(1 - p_t, min=1e-12) ** (gamma - 1)",
            run=False,
        ),
        Example(
            given="weights = torch.tensor([0.3, 0.7])\nx = torch.tensor([-0.1, 0.5], requires_grad=True)",
            bad="y = torch.stack([x[0], x[1]]) ** weights",
            good="y = torch.clamp(torch.stack([x[0], x[1]]), min=1e-12) ** weights",
            run=False,
        ),
    ),
)


@rule.matches("pow")
def fractional(op: Op) -> Bindings | None:
    match op:
        case Op("pow", (x, c)) if number(c) and 0 < c < 1 and not number(x):
            return {"x": x, "c": c, "function": within(op)}
        case Op("pow", (x, Op("div" | "mul") as c)) if (power := usual(c)) is not None and 0 < power < 1:
            return {"x": x, "c": c, "function": within(op)}
        case Op("pow", (x, Leaf() as c)) if c.stats is None and not number(x):
            return {"x": x, "c": c, "function": within(op)}
        case Op("pow", (x, Op("div", (1 | 1.0, Leaf())) as c)) if c.stats is None and _powers(x) is not None:
            return {"x": x, "c": c, "function": within(op)}
        case Op("pow", (x, Op("sub", (Leaf(), 1 | 1.0)) as c)) if c.stats is None and not number(x):
            return {"x": x, "c": c, "function": within(op)}
        case _:
            return None


@rule.reachable_when("x", "c")
def can_be_zero(x: Any, c: Any, function: str) -> bool | None:
    if isinstance(c, Op) and c.name in ("div", "mul"):
        base = _powers(x)
        if base is None:
            return zero(x, function)
        return interval(base)[0] <= 0
    if isinstance(c, Leaf):
        if WEIGHTS.search(c.text) and interval(x)[0] < 0 and not (isinstance(x, Op) and x.name == "div"):
            return True  # similarities, below 0 where nothing bounds them
        if WEIGHTS.search(c.text) and isinstance(x, Op) and reaches_zero(x) is True:
            return True
        if c.default is None:
            return None
        return zero(x, function) if 0 < c.default < 1 else False
    return zero(x, function)


def _powers(x: Any) -> Any:
    """`b` of `mean(b**p)`, the root of which is a generalised mean or norm."""
    match peel(x, "add"):
        case Op("mean" | "sum" | "avg_pool", (of, *_)) if (
            isinstance(held := peel(of), Op) and held.name == "pow" and not number(held.args[1])
        ):
            return held.args[0]
        case _:
            return None


def zero(x: Any, function: str) -> bool | None:
    """A focal weight, `where(target == 1, 1 - p, p)`, is 0 for a sample that is classified for certain."""
    known = reaches_zero(x)
    if known is None and isinstance(x, Leaf) and LOSS.search(function) and MAGNITUDE.search(x.text):
        return True  # of silence
    if known is None and isinstance(held := peel(x), Op) and held.name in ("matmul", "einsum"):
        return True  # of any sign, and nan below 0
    if known is None and isinstance(x, Op) and x.name == "abs" and isinstance(x.args[0], Leaf):
        return True if x.args[0].call is None else None  # of any sign, and nobody has said that it is not 0
    return True if known is None and isinstance(x, Op) and x.name == "where" and probability(x) else known


@rule.bites_when
def is_zero(x: Any, c: Any, function: str) -> str | None:
    n = zeros(x)
    if not n or not number(c):
        return None
    return f"`{source(x)}` is exactly 0 in {n} place{'s' if n > 1 else ''}: the slope of x**{c:.4g} is inf"


@rule.fixed_by
def bounded(x: Any, c: Any, function: str) -> str | None:
    return f"torch.clamp({source(x)}, min=1e-12) ** {atom(c)}"
