r"""## What it does

Finds `log(1 - a**2 + eps)` of a value that may lie outside [-1, 1], such as an action that was rescaled after
its tanh.

## Why it is bad

For $|a| > 1$ the argument is negative and the logarithm `nan`, in every format; an epsilon of 1e-6 does not
help. The change of variables of a squashed action needs the tanh itself, not the scaled action.

## Fix safety

No automatic fix: the formula has to take the value before it was scaled.

## References

- T. Haarnoja et al., *Soft actor-critic*, 2018, appendix C, https://arxiv.org/abs/1801.01290
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import least, number, peel, same, source

rule = Rule(
    code="NS320",
    name="log-one-minus-square",
    kind="domain",
    title="log(1 - a**2) is nan for a value outside [-1, 1]",
    advice="use the tanh before it is scaled: 2 * (math.log(2) - x - softplus(-2 * x))",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([3.0, 0.5])\nscale = 2.0",
            bad="y = torch.log(1 - (torch.tanh(x) * scale).pow(2) + 1e-6)",
            good="y = 2 * (0.6931471805599453 - x - torch.nn.functional.softplus(-2 * x))",
            silent=("y = torch.log((1 - (torch.tanh(x) * scale) ** 2).clamp(min=1e-6))",),
        ),
    ),
)


@rule.matches("log")
def squared(op: Op) -> Bindings | None:
    match op.args[0]:
        case Op("add", (Op("sub", (1 | 1.0, square)) as inside, eps)) if number(eps) or isinstance(eps, Leaf):
            pass
        case _:
            return None
    match square:
        case Op("pow", (a, 2 | 2.0)):
            return {"a": a, "inside": inside}
        case Op("mul", (a, b)) if same(a, b):
            return {"a": a, "inside": inside}
        case _:
            return None


@rule.reachable_when("a")
def beyond_one(a: Any, inside: Any) -> bool | None:
    if interval(a)[0] >= -1 and interval(a)[1] <= 1:
        return False
    held = peel(a)
    scaled = isinstance(held, Op) and any(op.name in ("tanh", "sigmoid") for op in held.walk())
    return True if scaled else None


@rule.bites_when
def negative(a: Any, inside: Any) -> str | None:
    low = least(inside)
    if low is None or low >= -1e-6:
        return None
    return f"`{source(inside)}` falls to {low:.4g}: the logarithm of a negative number is nan"
