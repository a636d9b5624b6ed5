r"""## What it does

Finds $\log\cosh x$ computed as written, as in a log-cosh loss.

## Why it is bad

$\cosh x$ overflows above 89.4 in float32 and 11.8 in float16, where the value is only $|x| - \log 2$; the
gradient is `nan`.

## Fix safety

Safe: $|x| + \operatorname{softplus}(-2|x|) - \log 2$ is the same function.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, infinite, largest, source

rule = Rule(
    code="NS120",
    name="log-cosh",
    kind="overflow",
    safe=True,
    title="log(cosh(x)) overflows although its value is about |x|",
    advice="use x.abs() + torch.nn.functional.softplus(-2 * x.abs()) - math.log(2)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([200.0, 1.0], requires_grad=True)",
            bad="y = torch.log(torch.cosh(x))",
            good="y = x.abs() + torch.nn.functional.softplus(-2 * x.abs()) - 0.6931471805599453",
            silent=("y = torch.cosh(x)", "y = torch.log(x.abs() + 2.0)"),
            right_to=1e-6,
        ),
    ),
)


@rule.matches("log")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("log", (Op("cosh", (x,)) as cosh,)):
            return {"x": x, "cosh": cosh}
        case _:
            return None


@rule.bites_when
def overflowed(x: Any, cosh: Any) -> str | None:
    size = largest(x)
    return (
        f"|`{source(x)}`| reaches {size:.4g}, where cosh overflows"
        if infinite(cosh) and size is not None
        else None
    )


@rule.fixed_by
def rewritten(x: Any, cosh: Any) -> str | None:
    size = f"{atom(x)}.abs()"
    return f"{size} + torch.nn.functional.softplus(-2 * {size}) - 0.6931471805599453"
