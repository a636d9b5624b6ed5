r"""## What it does

Finds the logarithm of a sum (or mean) of densities: mixtures, marginal likelihoods, contrastive
denominators whose terms are exponentials times weights.

## Why it is bad

$e^{-d^2/2\sigma^2}$ is 0 from $d = 14.4\sigma$ on in float32 and from $5.9\sigma$ in float16. A target far
from every component makes all densities 0 and the log-likelihood `-inf`, exactly on the sample that has
most to teach.

## Fix safety

No automatic fix: keep the logarithms of weights and densities, and join them with `torch.logsumexp`.

## References

- C. Bishop, *Mixture density networks*, 1994, https://publications.aston.ac.uk/id/eprint/373/
"""

from __future__ import annotations

from typing import Any

from numsan.core.forms import below_own_maximum
from numsan.core.op import Op, leaves
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import source, zeros

rule = Rule(
    code="NS116",
    name="log-of-summed-densities",
    kind="underflow",
    title="densities underflow before their sum's log is taken",
    advice="stay in log space: torch.logsumexp(log_weights + log_densities, dim)",
    doc=__doc__,
    examples=(
        Example(
            given="mix = torch.full((2, 3), 1 / 3)\nd = torch.full((2, 3), 20.0, requires_grad=True)",
            bad="y = torch.log((mix * torch.exp(-0.5 * d**2)).sum(-1))",
            good="y = torch.logsumexp(mix.log() - 0.5 * d**2, -1)",
            silent=(
                "y = torch.log((mix * torch.exp(-0.5 * d**2)).sum(-1) + 1e-12)",
                "y = torch.log((mix * d).sum(-1))",
            ),
            right_to=1e-6,
        ),
    ),
)


@rule.matches("log")
def of_a_mixture(op: Op) -> Bindings | None:
    match op:
        case Op("log", (Op("sum" | "mean", (Op("mul" | "div") as terms, *_)) as total,)):
            density = next((o for o in terms.walk() if o.name == "exp"), None)
            return (
                None
                if density is None
                else {"density": density, "total": total, "without": _without_itself(terms)}
            )
        case _:
            return None


def _without_itself(terms: Op) -> bool:
    """`exp(s) * (1 - torch.eye(n))`."""
    factors = [a for a in terms.args if isinstance(a, Op) and a.name == "sub"]
    return any("eye(" in leaf.text for f in factors for leaf in leaves(f))


@rule.reachable_when()
def far_from_all(density: Any, total: Any, without: bool) -> bool | None:
    """Scaled by their own largest one they do not all vanish."""
    exponent = density.args[0]
    if without:
        return True  # the largest is the pair of each with itself, which is left out
    return (
        None if isinstance(exponent, Op) and exponent.name == "sub" and below_own_maximum(exponent) else True
    )


@rule.bites_when
def all_zero(density: Any, total: Any, without: bool) -> str | None:
    if not zeros(total):
        return None
    return f"every term of `{source(total)}` underflows to 0, so its log is -inf"
