r"""## What it does

Finds the power of a residual computed as a difference of two sums, `mean(y**2) - mean(y * fit)`.

## Why it is bad

A good fit makes both sums equal to nearly all digits: what is left of their difference is rounding, relative to
the residual $\varepsilon\,\|y\|^2 / \|y - \hat y\|^2$: in float32 nothing is right below a residual of 2e-4 of
the data. It can be negative, so that its root or logarithm is `nan`.

## Fix safety

No automatic fix: the residual itself, `mean((y - fit)**2)`, is the same only where the fit is a projection.

## References

- N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., 2002, section 1.7,
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.squares import base_of
from numsan.core.values import format_of, least, most, peel, same, source

rule = Rule(
    code="NS226",
    name="residual-by-difference",
    kind="cancellation",
    title="the power of a residual as a difference of sums loses its digits, and can be negative",
    advice="sum the squares of the residual itself: ((y - fit) ** 2).mean()",
    doc=__doc__,
    examples=(
        Example(
            given="t = torch.linspace(1.0, 2.0, 50)\nfit = t + 1e-4\ny = t",
            bad="y = (t**2).sum() - (t * fit).sum() + 1e-4 * t.sum()",
            good="y = (t * (t - fit)).sum() + 1e-4 * t.sum()",
            silent=(
                "y = ((t - fit) ** 2).sum()",
                "y = (t**2).sum() + (fit**2).sum() - (t * fit).sum()",
                "y = (t**2).sum(0) - (t * fit).mean()",
            ),
            wrong_by=1e-4,
            run=False,
        ),
        Example(
            given="t = torch.linspace(1.0, 2.0, 50)\nfit = t * (1 + 1e-5)",
            bad="y = t @ t - t @ fit",
            good="y = t @ (t - fit)",
            wrong_by=1e-3,
            run=False,
        ),
    ),
)


@rule.matches("sub")
def residual(op: Op) -> Bindings | None:
    match op:
        case Op("sub", (Op(name, total) as whole, Op(other, explained) as part)) if name == other:
            if name in ("sum", "mean") and total[1:] == explained[1:]:
                base, product = peel(base_of(peel(total[0])), "abs"), peel(explained[0])
                if base is not None and isinstance(product, Op) and product.name == "mul":
                    return _shared(base, product.args, whole, part)
            if name == "matmul" and same(peel(total[0]), peel(total[1])):
                return _shared(peel(total[0]), explained, whole, part)
        case _:
            pass
    return None


def _shared(base: Any, factors: tuple[Any, ...], whole: Op, part: Op) -> Bindings | None:
    """One factor is what was squared, the other one something else."""
    alike = [same(peel(f), base) for f in factors[:2]]
    return {"y": base, "whole": whole, "part": part} if alike in ([True, False], [False, True]) else None


@rule.bites_when
def cancelled(y: Any, whole: Any, part: Any) -> str | None:
    form, low, high = format_of(whole), least(part), most(whole)
    if form is None or low is None or high is None or high <= 0 or abs(high - low) > high * form.eps * 64:
        return None
    return f"`{source(whole)}` is {high:.6g} and `{source(part)}` {low:.6g}: {form.name} keeps no digit of the rest"
