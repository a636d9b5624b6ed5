r"""## What it does

Finds the logarithm of an expression that is made of exponentials: `log(exp(a))`, `log(exp(a) / exp(b).sum())`,
`log(exp(a).max())`.

## Why it is bad

The logarithm is small, the exponential under it is not: $e^x$ is `inf` above 11.09 in float16 and 88.72 in
float32, and 0 below -17.3 and -103.97. What comes after is `inf`, `-inf` or, for a quotient of two, `nan`. With a
temperature of 0.05 a similarity of 4.5 is enough, in float16 one of 0.56. The same number is a difference of
arguments and log-sum-exps, which has no limit: $\log \frac{e^a}{\sum e^b} = a - \mathrm{lse}(b)$.

## Fix safety

No automatic repair: where the exponentials are made is often elsewhere.

## References

- P. Blanchard, D. Higham, N. Higham, *Accurately computing the log-sum-exp and softmax functions*, 2021
  https://doi.org/10.1093/imanum/draa038
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from numsan.core.bounds import interval
from numsan.core.made import maker
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, infinite, most, source, zeros

THROUGH = frozenset((
    "view", "to", "index", "gather", "sum", "mean", "amax", "amin", "prod", "div", "mul", "add", "cumsum", "clamp",
))  # fmt: skip
DENSITY = re.compile(r"log_?(p|prob\w*|likelihood\w*|density|pdf)s?(\W|$)")

rule = Rule(
    code="NS130",
    name="log-of-exponentials",
    kind="overflow",
    generic=True,
    title="a log of exponentials leaves the format although its value is small",
    advice="stay in log space: a - torch.logsumexp(b, dim) for log(exp(a) / exp(b).sum(dim))",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([100.0, 1.0], requires_grad=True)\nb = torch.tensor([[100.0, 1.0]] * 2)",
            bad="y = torch.log(torch.exp(a) / torch.exp(b).sum(dim=1))",
            good="y = a - torch.logsumexp(b, dim=1)",
            silent=("y = torch.log(torch.exp(-torch.sigmoid(a)) / 2.0)", "y = torch.log(a / b.sum(dim=1))"),
            right_to=1e-6,
        ),
        Example(
            given="gold = torch.tensor([-200.0, 1.0], requires_grad=True)\nnorm = torch.tensor([0.0, 1.0])",
            bad="p = torch.exp(gold - norm)\ny = torch.log(p)",
            good="y = gold - norm",
            right_to=1e-6,
        ),
        Example(
            given="s = torch.tensor([[100.0, 1.0]], requires_grad=True)",
            bad="e = (s / 0.05).exp()\ny = e.max(dim=1)[0].log()",
            good="y = (s / 0.05).max(dim=1)[0]",
        ),
        Example(
            given="z = torch.tensor([20.0, 1.0], requires_grad=True)",
            bad="y = torch.log(torch.exp(-(z**2) / 2.0) / 2.5)",
            good="y = -(z**2) / 2.0 - 0.9162907318741551",
            run=False,
        ),
    ),
)


@rule.matches("log")
def of_exponentials(op: Op) -> Bindings | None:
    x = op.args[0]
    if not isinstance(x, Op) or x.name not in THROUGH | {"exp"}:
        return None
    found = list(_exponentials(x))
    if not found:
        return None
    return {"x": x, "exponent": max((e.args[0] for e in found), key=lambda a: interval(a)[1])}


def _exponentials(x: Op, bounded: bool = False) -> Iterator[Op]:
    """Those that reach the logarithm; under a `bounded` quotient one that is infinite makes a 0, which the bound mends."""
    if x.name == "exp":
        yield x
    elif x.name in THROUGH:
        terms = x.args[:2] if x.name in ("mul", "add") or (x.name == "div" and not bounded) else x.args[:1]
        for inner in terms:
            if isinstance(inner, Op):
                yield from _exponentials(inner, bounded or _bounds(x))


def _bounds(x: Op) -> bool:
    """An epsilon that is added, a bound that is set."""
    added = x.name == "add" and any(not isinstance(t, Op) and t != 1 for t in x.args[:2])
    return added or x.name in ("clamp", "maximum")


@rule.reachable_when()
def unbounded(x: Op, exponent: Any) -> bool | None:
    if _floored(x) and (DENSITY.search(source(exponent)) or DENSITY.search(maker(exponent))):
        return None  # a density is not infinite, and somebody has thought of its 0
    if interval(exponent)[0] < -80 and _scaled(x) and not _floored(x):
        return True
    return True if interval(exponent)[1] > 80 and "max" not in source(exponent) else None


def _floored(x: Any) -> bool:
    """Whether an epsilon is added, or a bound set, between the exponentials and their logarithm."""
    if not isinstance(x, Op) or x.name == "exp":
        return False
    return _bounds(x) or any(map(_floored, x.args[:2]))


def _scaled(x: Any) -> bool:
    """`exp(-d / 2) / norm`, a density: its logarithm is -inf far from its centre."""
    match x:
        case Op("exp", (Op("neg" | "div" | "mul"),)):
            return True
        case Op("div" | "mul" | "view", (inner, *_)):
            return _scaled(inner)
        case _:
            return False


@rule.bites_when
def left_the_format(x: Op, exponent: Any) -> str | None:
    form, top = format_of(x), most(exponent)
    if form is None or top is None or not (zeros(x) or infinite(x) or top > form.exp_limit):
        return None
    return f"`{source(exponent)}` reaches {top:.4g}, and `{source(x)}` leaves {form.name} before its log is taken"
