r"""## What it does

Finds the logarithm of a Poisson density written out, `k * log(rate) - rate`.

## Why it is bad

A rate of 0 and a count of 0 agree, the density is 1; written out, $0\cdot\log 0$ is `nan`, in every format. Rates are
exactly 0 where a state has never been seen, behind a rectifier, or where an exponential underflows.

## Fix safety

Safe: `xlogy(k, rate)` is `k * log(rate)` wherever that is defined.

## References

- https://docs.pytorch.org/docs/stable/special.html#torch.special.xlogy
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel, same, source, zeros
from numsan.core.zero import reaches_zero

rule = Rule(
    code="NS329",
    name="poisson-of-zero-rate",
    kind="domain",
    title="k * log(rate) - rate is nan for a count and a rate of 0",
    advice="use torch.special.xlogy(k, rate) - rate (scipy.special.xlogy), or numsan.ops.poisson_log_prob",
    doc=__doc__,
    examples=(
        Example(
            given="k = torch.tensor([0.0, 2.0])\nrate = torch.tensor([0.0, 1.5])",
            bad="y = k * torch.log(rate) - rate",
            good="y = torch.special.xlogy(k, rate) - rate",
            silent=("y = k * torch.log(rate + 1e-9) - rate", "y = k * torch.log(rate) - k"),
            right_to=1e-6,
        ),
        Example(
            given="k = torch.tensor([0.0, 2.0])\nrate = torch.tensor([0.0, 1.5])",
            bad="y = rate - k * torch.log(rate)",
            good="y = rate - torch.special.xlogy(k, rate)",
            right_to=1e-6,
        ),
    ),
)


@rule.matches("sub")
def density(op: Op) -> Bindings | None:
    match op:
        case Op("sub", (Op("mul", (k, Op("log", (rate,)))), other)) if same(peel(rate), peel(other)):
            return {"k": k, "rate": rate}
        case Op("sub", (other, Op("mul", (k, Op("log", (rate,)))))) if same(peel(rate), peel(other)):
            return {"k": k, "rate": rate}
        case _:
            return None


@rule.reachable_when("rate")
def can_be_zero(k: Any, rate: Any) -> bool:
    return interval(rate)[0] <= 0 and reaches_zero(rate) is not False and not same(peel(k), peel(rate))


@rule.bites_when
def nothing(k: Any, rate: Any) -> str | None:
    n = zeros(rate)
    return (
        f"`{source(rate)}` is 0 in {n} place{'s' if n > 1 else ''}: 0 * log(0) = nan"
        if n and zeros(k)
        else None
    )
