r"""## What it does

Finds Sinkhorn's scaling, or another fixed-point iteration, on a kernel $K = e^{-C/\varepsilon}$ kept in linear
space: `u = a / (K @ v)` with `K = exp(-C / eps)`.

## Why it is bad

$K$ is exactly 0 where $C/\varepsilon$ exceeds 103 in float32 (745 in float64, 17 in float16). A row of zeros
makes the division `inf`, or, with a clamp in the denominator, a plan that is silently wrong.

## Fix safety

No automatic fix: the iteration has to be written for $\log u$ and $\log v$ with `logsumexp`.

## References

- G. Peyré, M. Cuturi, *Computational optimal transport*, 2019, section 4.4,
  https://arxiv.org/abs/1803.00567
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel, source, zeros

rule = Rule(
    code="NS127",
    name="scaling-in-linear-space",
    kind="underflow",
    title="a kernel exp(-C / eps) underflows before it is divided by",
    advice="iterate on log u and log v: f = eps * (log_a - torch.logsumexp((g - C) / eps, dim=1))",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.ones(2)\nv = torch.ones(2)\nC = torch.tensor([[200.0, 300.0], [200.0, 200.0]])",
            bad="K = torch.exp(-C / 0.5)\ny = a / (K @ v)",
            good="y = torch.exp((a.log() - torch.logsumexp(v.log() - C / 0.5, 1)).clamp(max=80.0))",
            silent=("K = torch.exp(-C / 0.5)\ny = a / (K @ v).sum()",),
        ),
    ),
)


@rule.matches("div")
def scaled(op: Op) -> Bindings | None:
    match op:
        case Op("div", (a, b)):
            held = peel(b, "clamp", "add", "maximum")
        case _:
            return None
    if isinstance(held, Op) and held.name == "matmul":
        for kernel in map(peel, held.args):
            if isinstance(kernel, Op) and kernel.name == "exp":
                return {"a": a, "b": b, "exponent": kernel.args[0]}
    return None


@rule.reachable_when()
def unbounded(a: Any, b: Any, exponent: Any) -> bool | None:
    minus = isinstance(exponent, Op) and (
        exponent.name == "neg" or (exponent.name in ("div", "mul") and _negative(exponent))
    )
    return False if interval(exponent)[0] > -17 else True if minus else None


def _negative(x: Op) -> bool:
    return any(
        (isinstance(a, Op) and a.name == "neg") or (isinstance(a, int | float) and a < 0) for a in x.args
    )


@rule.bites_when
def underflowed(a: Any, b: Any, exponent: Any) -> str | None:
    return f"`{source(b)}` is 0: every entry of a row of the kernel underflowed" if zeros(b) else None
