r"""## What it does

Finds the difference of two log-gammas whose arguments are $r$ and $r + x$, as in the negative binomial and the
Dirichlet-multinomial likelihood.

## Why it is bad

$\log\Gamma(r + x) - \log\Gamma(r) \approx x \log r$ is small beside its terms $r \log r$: in float32 at $r = 10^5$ they are
$10^6$, known to 0.06, and at $r = 10^8$ the difference is noise of size 100. A dispersion that is learned goes there for
every count without overdispersion. float64 is as bad from $r = 10^{14}$ on.

## Fix safety

No automatic fix: in float64 the same formula is good for every $r$ that occurs.

## References

- C. Loader, *Fast and accurate computation of binomial probabilities*, 2000
- https://github.com/scverse/scvi-tools/issues/2965
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, most, peel, same, source

rule = Rule(
    code="NS229",
    name="lgamma-difference",
    kind="cancellation",
    title="lgamma(x + r) - lgamma(r) loses its digits where r is large",
    advice="compute it in float64, or with the saddle-point form: numsan.ops.negative_binomial_log_prob",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([3.0, 40.0])\nr = torch.tensor([1e6, 1e7])",
            bad="y = torch.lgamma(x + r) - torch.lgamma(r)",
            good="y = (torch.lgamma((x + r).double()) - torch.lgamma(r.double())).float()",
            silent=(
                "y = torch.lgamma(x + 1) - torch.lgamma(r)",
                "y = torch.lgamma(x + r) + torch.lgamma(r)",
                "y = torch.lgamma(x.double() + r.double()) - torch.lgamma(r.double())",
            ),
            wrong_by=1e-3,
            right_to=1e-6,
            run=False,
        ),
    ),
)


@rule.matches("sub")
def rising(op: Op) -> Bindings | None:
    match op:
        case Op("sub", (left, Op("lgamma", (r,)) as right)) if not isinstance(r, int | float):
            above = next((g for g in _gammas(left) if _shifted(g, r)), None)
            return None if above is None else {"above": above, "below": right, "r": r}
        case _:
            return None


def _gammas(x: Any) -> Iterator[Op]:
    """Log-gammas that are added."""
    match x:
        case Op("lgamma", _):
            yield x
        case Op("add", (p, q)):
            yield from _gammas(p)
            yield from _gammas(q)
        case Op("sub", (p, _)):
            yield from _gammas(p)
        case _:
            return


def _shifted(gamma: Op, r: Any) -> bool:
    """`lgamma(x + r)`."""
    match gamma.args[0]:
        case Op("add", (p, q)):
            return any(same(peel(a), peel(r)) and isinstance(b, Op | Leaf) for a, b in ((p, q), (q, p)))
        case _:
            return False


@rule.reachable_when("r")
def unbounded(above: Op, below: Op, r: Any) -> bool | None:
    wide = any(op.name == "to" and op.args[-1] == "float64" for op in above.walk())
    return not wide


@rule.bites_when
def cancelled(above: Op, below: Op, r: Any) -> str | None:
    form, size = format_of(r), most(below)
    if form is None or size is None or size * form.eps < 0.01:
        return None
    return f"`{source(below)}` reaches {size:.4g}, known to {size * form.eps:.2g} in {form.name}"
