r"""## What it does

Finds $\log(1 - \tanh^2 x + \epsilon)$, the correction of a squashed Gaussian, also with the action in place
of the tanh.

## Why it is bad

$1-\tanh^2 x$ cancels: from $|x| = 9$ on in float32 (4.2 in float16, 3.1 in bfloat16) it is exactly 0 and
the correction stays at $\log\epsilon$, with a gradient of 0, where the value is $2(\log 2 - x -
\operatorname{softplus}(-2x))$, which falls linearly. With an action scaled beyond 1 it is the logarithm of
a negative number.

## Fix safety

Unsafe: it is the exact function without the epsilon.

## References

- T. Haarnoja et al., *Soft actor-critic*, 2018, https://arxiv.org/abs/1801.01290, appendix C
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, largest, source

ACTION = re.compile(r"action|tanh|squash", re.I)

rule = Rule(
    code="NS214",
    name="log-one-minus-tanh-squared",
    kind="cancellation",
    title="log(1 - tanh(x)**2 + eps) stops at log(eps) for large x",
    advice="use 2 * (math.log(2) - x - torch.nn.functional.softplus(-2 * x)) on the pre-activation",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([12.0, 0.5])",
            bad="y = torch.log(1 - torch.tanh(x) ** 2 + 1e-6)",
            good="y = 2 * (0.6931471805599453 - x - torch.nn.functional.softplus(-2 * x))",
            silent=("y = torch.log(2 - torch.tanh(x) ** 2 + 1e-6)",),
            wrong_by=0.3,
            right_to=1e-5,
        ),
        Example(
            given="action = torch.tensor([1.0, 0.5])",
            bad="y = torch.log(1 - action.pow(2) + 1e-6)",
            good="y = torch.log1p(-(0.99 * action).pow(2))",
            wrong_by=0.5,
            run=False,
        ),
    ),
)


@rule.matches("log")
def correction(op: Op) -> Bindings | None:
    inner, padded = op.args[0], False
    if isinstance(inner, Op) and inner.name == "add" and not isinstance(inner.args[1], Op):
        inner, padded = inner.args[0], True
    match inner:
        case Op("sub", (1 | 1.0, Op("pow", (squashed, 2 | 2.0)))):
            return _bound(squashed, padded)
        case Op("sub", (1 | 1.0, Op("mul", (squashed, other)))) if squashed == other:
            return _bound(squashed, padded)
        case _:
            return None


def _bound(squashed: Any, padded: bool) -> Bindings | None:
    match squashed:
        case Op("tanh", (x,)):
            return {"x": x, "squashed": squashed}
        case Leaf(text=text) if ACTION.search(text) or padded:
            return {"x": None, "squashed": squashed}
        case _:
            return None


@rule.bites_when
def saturated(x: Any, squashed: Any) -> str | None:
    size = largest(squashed)
    if size is None or size < 1:
        return None
    return f"`{source(squashed)}` reaches {size:.8g}: 1 - tanh**2 is 0 there, and only the epsilon is left"


@rule.fixed_by
def exact(x: Any, squashed: Any) -> str | None:
    if x is None:
        return None
    return f"2 * (0.6931471805599453 - {atom(x)} - torch.nn.functional.softplus(-2 * {atom(x)}))"
