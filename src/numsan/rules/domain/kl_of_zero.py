r"""## What it does

Finds $p(\log p - \log q)$, a Kullback-Leibler divergence written out over probabilities.

## Why it is bad

Where $p$ is 0 the term is 0 by its limit, but `0 * (log 0 - ...)` is `0 * -inf = nan` in every format. A
softmax output is exactly 0 from 104 below the maximum in float32, 17 in float16.

## Fix safety

Safe: `xlogy` is the same function, with 0 where $p = 0$.

## References

- https://docs.pytorch.org/docs/stable/special.html#torch.special.xlogy
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import PROBABILITY
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import same, source, zeros
from numsan.core.zero import reaches_zero

rule = Rule(
    code="NS315",
    name="kl-of-zero-probability",
    kind="domain",
    safe=True,
    title="p * (log p - log q) is nan where p is 0",
    advice="use torch.special.xlogy(p, p) - torch.special.xlogy(p, q), or kl_div on log-probabilities",
    doc=__doc__,
    examples=(
        Example(
            given="p = torch.tensor([0.0, 1.0])\nq = torch.tensor([0.5, 0.5])",
            bad="y = p * (torch.log(p) - torch.log(q))",
            good="y = torch.special.xlogy(p, p) - torch.special.xlogy(p, q)",
            silent=("y = p * (torch.log(p + 1e-9) - torch.log(q + 1e-9))",),
            right_to=1e-6,
        ),
    ),
)


@rule.matches("mul")
def divergence(op: Op) -> Bindings | None:
    match op:
        case Op("mul", (p, Op("sub", (Op("log", (a,)), Op("log", (q,)))))) if same(p, a):
            return {"p": p, "q": q}
        case Op("mul", (Op("sub", (Op("log", (a,)), Op("log", (q,)))), p)) if same(p, a):
            return {"p": p, "q": q}
        case _:
            return None


@rule.reachable_when("p")
def can_be_zero(p: Any, q: Any) -> bool | None:
    known = reaches_zero(p)
    return True if known is None and PROBABILITY.search(source(p)) else known


@rule.bites_when
def is_zero(p: Any, q: Any) -> str | None:
    n = zeros(p)
    return f"`{source(p)}` is 0 in {n} place{'s' if n > 1 else ''}: 0 * log(0) = nan" if n else None


@rule.fixed_by
def xlogy(p: Any, q: Any) -> str | None:
    return f"torch.special.xlogy({source(p)}, {source(p)}) - torch.special.xlogy({source(p)}, {source(q)})"
