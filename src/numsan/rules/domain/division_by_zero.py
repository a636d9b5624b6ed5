r"""## What it does

Finds a division whose denominator can be exactly zero: a count, the sum of a mask, a norm, a range, a
standard deviation.

## Why it is bad

$a/0 = \pm\infty$ and $0/0$ is `nan`, in every format; a clamp after the division keeps the `nan`. In
float16 a denominator below 3e-8 rounds to 0, in float32 below 7e-46.

## Fix safety

Unsafe: a denominator below 1e-12 becomes 1e-12.

## References

- IEEE 754-2019, section 7.3, https://doi.org/10.1109/IEEESTD.2019.8766229
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import interval
from numsan.core.denominators import (
    ORIGIN,
    STEP,
    correlation,
    counted,
    of_density,
    of_labels,
    of_log_phase,
    of_phase,
    of_positives,
    of_probabilities,
    of_union,
    overlap,
    own_sum,
    perspective,
    product_of_counts,
    sensed,
)
from numsan.core.deviations import by_deviation, of_average_square, of_moment
from numsan.core.made import gridded, maker
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.shares import (
    error_of_truth,
    harmonic,
    of_bessel,
    of_others,
    own_maximum,
    relative_difference,
    share_of_nothing,
    share_of_total,
    without_nothing,
)
from numsan.core.triangles import cosine_by_sides
from numsan.core.unlikely import never_in_practice
from numsan.core.values import atom, clean, number, peel, same, source, zeros
from numsan.core.zero import reaches_zero

TEMPERATURE = re.compile(r"(^|[._])(temp|temperature|tau|T)$")
RESIDUAL = re.compile(r"^(r|res(id\w*)?|rs|rz)_?(dot_?r|old|new|prev|z|norm|sq|0|k)?$|^r(z|s|dot)\w*$", re.I)
DECAY = re.compile(r"(^|[._\[\"'])(beta|decay|momentum|rho|gamma)\w*([\"'\]]|$)")
GAIN = re.compile(r"(^|[._])dcg(_at_k)?$", re.I)
IDEAL = re.compile(r"^(i_?dcg|ideal_?(dcg|gain|score))s?\w*$", re.I)  # of a query without a relevant document

rule = Rule(
    code="NS302",
    name="division-by-zero",
    kind="domain",
    generic=True,
    title="the denominator can be exactly zero",
    advice="bound the denominator, a / b.clamp(min=1e-12) (min=1 for a count), or skip the empty case",
    doc=__doc__,
    examples=(
        Example(
            given="w = torch.tensor([0.0, 0.0])\nx = torch.tensor([1.0, 2.0], requires_grad=True)\nm = w > 0",
            bad="y = x.sum() / (w > 0).sum()",
            good="y = x.sum() / torch.clamp((w > 0).sum(), min=1e-12)",
            silent=(
                "y = x.sum() / (w > 0).sum().clamp(min=1)",
                "n = (w > 0).sum()\nif n > 0:\n    y = x.sum() / n",
                "y = x.sum() / max((w > 0).sum(), 1)",
                "y = x.sum() / ((w > 0).sum() + 1e-6)",
            ),
        ),
        Example(
            given="x = torch.tensor([2.0, 2.0], requires_grad=True)",
            bad="y = x / (x.max() - x.min())",
            good="y = x / (x.max() - x.min()).clamp(min=1e-12)",
            fixed="y = x / torch.clamp(x.max() - x.min(), min=1e-12)",
        ),
        Example(
            given="a = torch.zeros(2)\nb = torch.zeros(2)\nx = (a * b).sum()",
            bad="y = x / (a.sum() + b.sum() - x)",
            good="y = x / (a.sum() + b.sum() - x).clamp(min=1e-12)",
            fixed="y = x / torch.clamp(a.sum() + b.sum() - x, min=1e-12)",
            silent=("y = x / (a.sum() + b.sum() - x + 1e-6)", "y = x / (1 - x).clamp(min=1e-6)"),
        ),
        Example(
            given="a = torch.zeros(2)\nb = torch.zeros(2)",
            bad="y = 2 * (a * b).sum() / (a.sum() + b.sum())",
            good="y = 2 * (a * b).sum() / (a.sum() + b.sum()).clamp(min=1e-12)",
        ),
        Example(
            given="s = torch.tensor([1.0, 2.0])",
            bad="y = 1 / (s.unsqueeze(-1) - s.unsqueeze(-2))",
            good="y = 1 / (s.unsqueeze(-1) - s.unsqueeze(-2) + 10.0)",
        ),
        Example(
            given="a = torch.tensor([0.0, 2.0])\nb = torch.tensor([0.0, 2.0])",
            bad="y = a / b",
            good="y = a / b.clamp(min=1e-12)",
            static=False,
        ),
    ),
)


@rule.matches("div")
def quotient(op: Op) -> Bindings | None:
    match op:
        case Op("div", (a, b)) if not number(b):
            return {"a": without_nothing(a), "b": without_nothing(b)}
        case _:
            return None


@rule.reachable_when("b")
def can_be_zero(a: Any, b: Any) -> bool | None:
    below = peel(b)
    if (
        of_moment(below)
        or of_others(below)
        or of_bessel(a, below)
        or share_of_nothing(a, b)
        or error_of_truth(a, b)
        or (number(a) and isinstance(below, Op) and below.name in ("std", "var"))
    ):
        return True
    if isinstance(below, Leaf) and (
        sensed(a, below)
        or of_phase(below)
        or of_probabilities(a, below)
        or of_union(a, below)
        or ORIGIN.search(below.text)
    ):
        return True
    if _decayed(below) or _converged(a, below) or of_positives(a, below):
        return True
    if (
        of_density(below)
        or _greedy(below)
        or perspective(a, b)
        or IDEAL.search(source(b))
        or _discounted(a, below)
    ):
        return True
    if isinstance(below, Leaf) and maker(below) == "item":
        return reaches_zero(below)
    if isinstance(below, Leaf) or never_in_practice(a, b) or gridded(below) or gridded(a):
        return None
    known = reaches_zero(b)
    if known is not None:
        return known
    return (
        overlap(a, b)
        or correlation(a, b)
        or product_of_counts(below)
        or counted(a, b)
        or own_maximum(a, below)
        or of_labels(below)
        or own_sum(a, below)
        or by_deviation(a, below)
        or perspective(a, b)
        or of_average_square(below)
        or of_log_phase(below)
        or relative_difference(a, b)
        or share_of_total(a, below)
        or harmonic(a, below)
        or cosine_by_sides(a, b)
    )


def _converged(a: Any, below: Any) -> bool:
    """`r.dot(r) / p.dot(A p)`, the step of conjugate gradients: 0/0 once the residual is 0."""
    match below:
        case Op("matmul", (p, q)) if not same(p, q):
            return any(RESIDUAL.search(text) for text in (source(a), source(peel(a))))
        case _:
            return False


def _decayed(below: Any) -> bool:
    """`beta ** step`, which underflows; the correction of a moving average divides by 1 minus that."""
    match below:
        case Op("pow", (Leaf(text=base), Leaf(text=exponent))):
            return bool(DECAY.search(base) and STEP.search(exponent))
        case _:
            return False


def _discounted(a: Any, below: Any) -> bool:
    """`dcg / best`: of a query without a relevant document the best gain is 0."""
    return isinstance(below, Op | Leaf) and bool(GAIN.search(source(a)))


def _greedy(below: Any) -> bool:
    """A temperature whose default, 0, asks for the likeliest one."""
    return isinstance(below, Leaf) and below.default == 0 and bool(TEMPERATURE.search(below.text))


@rule.bites_when
def is_zero(a: Any, b: Any) -> str | None:
    n = zeros(b)
    if not n or not clean(b) or not clean(a):
        return None
    what = "0 / 0 = nan" if zeros(a) else "division by 0 = inf"
    return f"`{source(b)}` is exactly 0 in {n} element{'s' if n > 1 else ''}: {what}"


@rule.fixed_by
def bounded(a: Any, b: Any) -> str | None:
    difference = (
        isinstance(b, Op) and b.name == "sub" and isinstance(b.args[0], Op) and b.args[0].name == "amax"
    )
    if interval(b)[0] < 0 and not difference:
        return None
    return f"{atom(a)} / torch.clamp({source(b)}, min=1e-12)"
