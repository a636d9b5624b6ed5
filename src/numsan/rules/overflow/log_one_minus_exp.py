r"""## What it does

Finds $\log(1-e^{x})$ for negative $x$ computed as written.

## Why it is bad

For $|x| < \epsilon/2$ (6e-8 in float32, 4.9e-4 in float16, 3.9e-3 in bfloat16) $e^x$ rounds to 1 and the
result is `-inf` instead of about $\log|x|$, with an infinite gradient; for somewhat larger $|x|$ most
digits are gone.

## Fix safety

Safe: `log(-expm1(x))` is the same function, exact near 0.

## References

- M. Mächler, *Accurately computing log(1 - exp(-|a|))*, 2012,
  https://cran.r-project.org/web/packages/Rmpfr/vignettes/log1mexp-note.pdf
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel, source, stats, zeros

rule = Rule(
    code="NS117",
    name="log-one-minus-exp",
    kind="cancellation",
    safe=True,
    title="log(1 - exp(x)) is -inf for x close to 0",
    advice="use torch.log(-torch.expm1(x)); below x = -0.69, torch.log1p(-torch.exp(x))",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([-1e-9, -1.0], requires_grad=True)",
            bad="y = torch.log(1 - torch.exp(x))",
            good="y = torch.log(-torch.expm1(x))",
            silent=(
                "y = torch.log(-torch.expm1(x))",
                "y = torch.log(2 - torch.exp(x.clamp(max=0.0)))",
                "y = torch.where(x > -0.69, torch.log(-torch.expm1(x)), torch.log1p(-torch.exp(x)))",
            ),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([-1e-9, -1.0], requires_grad=True)",
            bad="y = torch.log1p(-x.exp())",
            good="y = torch.log(-torch.expm1(x))",
        ),
    ),
)


@rule.matches("log", "log1p")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("log", (Op("sub", (1 | 1.0, Op("exp", (x,)))) as rest,)):
            return {"x": x, "rest": rest}
        case Op("log1p", (Op("neg", (Op("exp", (x,)),)) as rest,)):
            return {"x": x, "rest": rest}
        case _:
            return None


@rule.reachable_when("x")
def close_to_zero(x: Any, rest: Op) -> bool | None:
    if interval(x)[1] < 0:
        return False
    inner = peel(x, "neg")
    return (
        None if isinstance(inner, Op) and inner.name == "where" else True
    )  # one of two forms, each for its half


@rule.bites_when
def rounded_to_one(x: Any, rest: Op) -> str | None:
    seen = stats(rest)
    gone = zeros(rest) if rest.name == "sub" else int(seen is not None and seen.min == -1)
    if not gone or zeros(x):
        return None
    return f"`{source(x)}` is so close to 0 that exp rounds to 1: the log of 1 - 1 is -inf"


@rule.fixed_by
def rewritten(x: Any, rest: Op) -> str | None:
    return f"torch.log(-torch.expm1({source(x)}))"
