r"""## What it does

Finds log-weights with a floor such as -1e30 from which the log of their sum is subtracted.

## Why it is bad

Where all of them lie on the floor the log-sum-exp is $-10^{30} + \log n$, which rounds to $-10^{30}$: the
difference is 0, every normalised weight is 1, and they add up to $n$. `log_softmax` subtracts the maximum before
it adds the logarithm, and gives $-\log n$. float32 absorbs $\log n$ from $10^8$ on, float64 from $10^{17}$ on.

## Fix safety

No automatic fix: where some weights are above the floor both are the same.

## References

- P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA J.
  Numer. Anal. 41, 2021, https://doi.org/10.1093/imanum/draa038
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import INF, interval
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, least, most, number, peel, same, source

ABSORBING = -1e7  # log(n) next to it has no digit left in float32

rule = Rule(
    code="NS227",
    name="absorbed-normaliser",
    kind="precision",
    title="next to a floor of -1e30 the log of the number of terms is lost",
    advice="use torch.log_softmax(w, dim), or subtract the maximum first: s = w - m; s - s.exp().sum().log()",
    doc=__doc__,
    examples=(
        Example(
            given="w = torch.full((4,), -torch.inf)",
            bad="w = w.clamp(min=-1e30)\ny = w - torch.logsumexp(w, 0)",
            good="w = w.clamp(min=-1e30)\ny = torch.log_softmax(w, 0)",
            silent=(
                "y = w - torch.logsumexp(w.clamp(min=-1e30), 0)",
                "w = w.clamp(min=-50.0)\ny = w - torch.logsumexp(w, 0)",
            ),
            wrong_by=0.9,
            run=False,
        ),
        Example(
            given="w = torch.full((4,), -torch.inf)",
            bad="w = torch.maximum(w, torch.tensor(-1e30))\nm = w.max()\n"
            "y = w - (m + torch.log(torch.exp(w - m).sum()))",
            good="w = torch.maximum(w, torch.tensor(-1e30))\ny = torch.log_softmax(w, 0)",
            wrong_by=0.9,
            run=False,
        ),
    ),
)


@rule.matches("sub")
def normalised(op: Op) -> Bindings | None:
    match op:
        case Op("sub", (x, below)):
            total = peel(below)
        case _:
            return None
    match total:
        case Op("logsumexp", (of, *_)) if same(peel(of), peel(x)):
            return {"x": x, "total": total}
        case Op("add", (m, logged)) if _spelled_out(peel(x), m, logged) or _spelled_out(peel(x), logged, m):
            return {"x": x, "total": total}
        case _:
            return None


def _spelled_out(x: Any, top: Any, logged: Any) -> bool:
    """`m + log(sum(exp(x - m)))`."""
    match peel(logged):
        case Op("log", (Op("sum", (Op("exp", (Op("sub", (of, m)),)), *_)),)):
            return same(peel(of), x) and same(peel(m), peel(top))
        case _:
            return False


@rule.reachable_when("x")
def far_below(x: Any, total: Any) -> bool | None:
    floor = _floor(x)
    return True if floor is not None and -INF < floor <= ABSORBING else None


def _floor(x: Any) -> float | None:
    match peel(x):
        case Op("clamp" | "maximum") as bounded:
            return interval(bounded)[0]
        case Op("masked_fill", (_, _, value)) | Op("where", (_, _, value)) if number(value):
            return float(value)
        case _:
            return None


@rule.bites_when
def absorbed(x: Any, total: Any) -> str | None:
    form, low, high = format_of(x), least(x), most(x)
    if form is None or low is None or high is None or high > ABSORBING:
        return None
    return f"`{source(x)}` is at most {high:.4g}: {form.name} absorbs the log of their number in `{source(total)}`"
