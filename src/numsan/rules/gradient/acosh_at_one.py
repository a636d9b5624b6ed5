r"""## What it does

Finds an `acosh` of something computed that nothing keeps above 1, as in distances of the hyperboloid and the
Poincare ball.

## Why it is bad

$\frac{d}{dx}\operatorname{acosh} x = \frac{1}{\sqrt{x^2 - 1}}$ is infinite at 1, where two points coincide, and the
chain rule multiplies it with 0: `nan`. A scalar product of equal points that rounds to a little below 1 gives `nan`
itself, in every format.

## Fix safety

Unsafe: distances below 4.9e-4 become that, without a gradient. In float16 and bfloat16, where 1 + 1e-7 is 1, it
changes nothing: convert to float32 first.

## References

- M. Nickel and D. Kiela, *Learning continuous hierarchies in the Lorentz model of hyperbolic geometry*, 2018,
  https://arxiv.org/abs/1806.03417
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import clean, least, peel, source

rule = Rule(
    code="NS416",
    name="acosh-at-one",
    kind="domain",
    phase="backward",
    title="the derivative of acosh at 1 is infinite, and below 1 acosh is nan",
    advice="bound the argument: torch.acosh(x.clamp(min=1 + 1e-7)), or 2 * asinh of half the distance",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([[0.5, 0.5], [1.0, 1.0]], requires_grad=True)",
            bad="y = torch.acosh((x * x).sum(-1) * 2.0)",
            good="y = torch.acosh(torch.clamp((x * x).sum(-1) * 2.0, min=1 + 1e-7))",
            silent=(
                "y = torch.acosh((x * x).sum(-1) + 1.5)",
                "y = torch.acosh(((x * x).sum(-1) + 1).clamp(min=1.1))",
            ),
        ),
    ),
)

_COMPUTED = frozenset(("sum", "matmul", "einsum", "add", "sub", "mul", "div", "neg", "clamp", "maximum"))


@rule.matches("acosh")
def inverse(op: Op) -> Bindings | None:
    return {"x": op.args[0]}


@rule.reachable_when("x")
def reaches_one(x: Any) -> bool | None:
    if interval(x)[0] > 1:
        return False
    held = peel(x)
    return True if isinstance(held, Op) and held.name in _COMPUTED else None


@rule.bites_when
def at_one(x: Any) -> str | None:
    low = least(x)
    if low is None or low > 1 or not clean(x):
        return None
    harm = "the derivative is infinite" if low == 1 else "acosh below 1 is nan"
    return f"`{source(x)}` reaches {low:.9g}: {harm}"


@rule.fixed_by
def bounded(x: Any) -> str | None:
    inner = x.args[0] if isinstance(x, Op) and x.name == "clamp" else x
    return f"torch.acosh(torch.clamp({source(inner)}, min=1 + 1e-7))"
