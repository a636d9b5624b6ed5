r"""## What it does

Finds the hyperbolic tangent written with exponentials.

## Why it is bad

$e^{x}$ is `inf` above 88.72 in float32 and 11.09 in float16: `inf / inf = nan`, where the value is 1.

## Fix safety

Safe: `torch.tanh` is the same function.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.tanh.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, largest, same, source

rule = Rule(
    code="NS119",
    name="tanh-by-hand",
    kind="overflow",
    safe=True,
    title="tanh written with exponentials is inf / inf for large x",
    advice="use torch.tanh(x)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([100.0, 1.0], requires_grad=True)",
            bad="y = (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))",
            good="y = torch.tanh(x)",
            silent=("y = torch.tanh(x)", "y = (torch.exp(x) - torch.exp(-x)) / 2"),
            right_to=1e-6,
        ),
    ),
)


@rule.matches("div")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("div", (Op("sub", (Op("exp", (x,)), Op("exp", (Op("neg", (a,)),)))), Op("add", (b, c)))):
            both = _argument(b), _argument(c)
            if same(x, a) and any(v is not None and same(v, x) for v in both):
                return {"x": x}
        case _:
            pass
    return None


def _argument(op: Any) -> Any:
    return op.args[0] if isinstance(op, Op) and op.name == "exp" else None


@rule.bites_when
def overflowed(x: Any) -> str | None:
    form, size = format_of(x), largest(x)
    if form is None or size is None or size <= form.exp_limit:
        return None
    return f"|`{source(x)}`| reaches {size:.4g} > {form.exp_limit:.4g}, where exp overflows {form.name}"


@rule.fixed_by
def rewritten(x: Any) -> str | None:
    return f"torch.tanh({source(x)})"
