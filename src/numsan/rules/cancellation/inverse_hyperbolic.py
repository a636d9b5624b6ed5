r"""## What it does

Finds $\log(x + \sqrt{x^2 \pm 1})$, the inverse hyperbolic sine and cosine written out.

## Why it is bad

For negative $x$ the sum cancels: from $x = -4096$ on in float32 (-32 in float16) it is exactly 0 and the
logarithm `-inf`. $x^2$ overflows from 1.8e19 on in float32, from 256 in float16. Near 1 the root of $x^2 -
1$ has no digits left.

## Fix safety

Safe: `torch.asinh` and `torch.acosh` are the same functions.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.asinh.html
- https://github.com/geoopt/geoopt/issues/215
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import least, peel, same, source, zeros

rule = Rule(
    code="NS213",
    name="inverse-hyperbolic-by-hand",
    kind="cancellation",
    safe=True,
    title="log(x + sqrt(x**2 + 1)) is -inf for very negative x",
    advice="use torch.asinh(x) (torch.acosh for x**2 - 1)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([-1e5, 1.0], requires_grad=True)",
            bad="y = torch.log(x + torch.sqrt(x**2 + 1))",
            good="y = torch.asinh(x)",
            silent=("y = torch.log(x + 2.0)",),
            right_to=1e-6,
        ),
    ),
)


@rule.matches("log")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("log", (Op("add", (x, Op("sqrt", (inner,)))) as total,)):
            name = _function(x, peel(inner, "clamp"))
            return None if name is None else {"x": x, "total": total, "name": name}
        case _:
            return None


def _function(x: Any, inner: Any) -> str | None:
    match inner:
        case Op("add" | "sub" as sign, (Op("pow", (a, 2 | 2.0)), 1 | 1.0)) if same(a, x):
            return "asinh" if sign == "add" else "acosh"
        case Op("add" | "sub" as sign, (Op("mul", (a, b)), 1 | 1.0)) if same(a, x) and same(b, x):
            return "asinh" if sign == "add" else "acosh"
        case _:
            return None


@rule.bites_when
def cancelled(x: Any, total: Any, name: str) -> str | None:
    low = least(x)
    if low is None or not zeros(total):
        return None
    return f"`{source(x)}` falls to {low:.4g}, where `{source(total)}` is exactly 0"


@rule.fixed_by
def rewritten(x: Any, total: Any, name: str) -> str | None:
    return f"torch.{name}({source(x)})"
