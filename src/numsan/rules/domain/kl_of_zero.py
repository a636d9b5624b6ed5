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

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, same, source, zeros
from numsan.core.zero import reaches_zero

GUARDED = frozenset(
    ("index", "where", "clamp", "softmax", "exp", "sigmoid")
)  # selected, or 0 only by underflow

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
        Example(
            given="a = torch.tensor([0.0, 1.0])\nb = torch.tensor([0.5, 0.5])",
            bad="y = a * torch.log(a / b)",
            good="y = torch.special.xlogy(a, a) - torch.special.xlogy(a, b)",
            silent=("y = a * torch.log((a + 1e-9) / b)", "y = a * torch.log(c / b)"),
            right_to=1e-6,
            run=False,
        ),
        Example(
            given="t = torch.tensor([0.0, 1.0])\nlog_q = torch.tensor([-0.5, -0.7])",
            bad="y = t * (torch.log(t) - log_q)",
            good="y = torch.special.xlogy(t, t) - t * log_q",
            right_to=1e-6,
            run=False,
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
        case Op("mul", (p, Op("log", (Op("div", (a, q)),)))) if same(p, a):
            return {"p": p, "q": q}
        case Op("mul", (Op("log", (Op("div", (a, q)),)), p)) if same(p, a):
            return {"p": p, "q": q}
        case Op("mul", (p, Op("sub", (Op("log", (a,)), q)))) if same(p, a):
            return {"p": p, "q": None, "log_q": q}
        case _:
            return None


@rule.reachable_when("p")
def can_be_zero(p: Any, q: Any, log_q: Any = None) -> bool | None:
    """`p * log(p / q)` is written for probabilities, and one of them may be 0, whatever they are called."""
    return reaches_zero(p) is not False and not (isinstance(p, Op) and p.name in GUARDED)


@rule.bites_when
def is_zero(p: Any, q: Any, log_q: Any = None) -> str | None:
    n = zeros(p)
    return f"`{source(p)}` is 0 in {n} place{'s' if n > 1 else ''}: 0 * log(0) = nan" if n else None


@rule.fixed_by
def xlogy(p: Any, q: Any, log_q: Any = None) -> str | None:
    if q is None:
        return f"torch.special.xlogy({source(p)}, {source(p)}) - {atom(p)} * {atom(log_q)}"
    return f"torch.special.xlogy({source(p)}, {source(p)}) - torch.special.xlogy({source(p)}, {source(q)})"
