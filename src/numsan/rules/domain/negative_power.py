r"""## What it does

Finds a negative power, or `rsqrt`, of a value that can be zero: vertex degrees, variances, counts.

## Why it is bad

$0^{-1/2} = \infty$ in every format; a later product with a zero (an empty row of an adjacency matrix) is
`nan`.

## Fix safety

Unsafe: values below 1e-12 are raised to 1e-12. For degrees, setting the infinite entries to 0 is the usual
convention.

## References

- T. Kipf, M. Welling, *Semi-supervised classification with graph convolutional networks*, 2016,
  https://arxiv.org/abs/1609.02907
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import DEGREE, EPSILON
from numsan.core.denominators import STEP
from numsan.core.deviations import average_square
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, clean, number, peel, source, zeros
from numsan.core.zero import reaches_zero

INPUT = re.compile(r"(^|[._])(x|inputs?|z|w|\w*weights?|\w*grads?|features?)$")
NORM = re.compile(r"(^|[._])(norm|degrees?|(row|col)_?sum)(_(row|col|in|out))?s?(\[|$)", re.I)
ADJACENCY = re.compile(r"(^|[._])(A|W|adj\w*|affinity|edge_weights?)$")
CHOSEN = re.compile(r"\[\w*(used|valid|non_?zero|mask|keep)\w*\]$")

rule = Rule(
    code="NS310",
    name="negative-power-of-zero",
    kind="domain",
    title="a negative power of zero is infinite",
    advice="bound the base: x.clamp(min=1e-12).pow(-0.5) (min=1 for a degree)",
    doc=__doc__,
    examples=(
        Example(
            given="deg = torch.tensor([0.0, 4.0])",
            bad="y = deg.pow(-0.5)",
            good="y = torch.rsqrt(torch.clamp(deg, min=1e-12))",
            silent=("y = deg.clamp(min=1).pow(-0.5)", "y = (deg + 1.0) ** -0.5", "y = deg**2"),
        ),
        Example(
            given="x = torch.tensor([-1.0, 4.0])",
            bad="y = torch.relu(x) ** -1.5",
            good="y = torch.clamp(torch.relu(x), min=1e-12) ** -1.5",
        ),
        Example(
            given="v = torch.tensor([0.0, 4.0])",
            bad="y = v.rsqrt() + 1e-8",
            good="y = torch.rsqrt(torch.clamp(v, min=1e-12))",
            silent=("y = (v + 1e-8).rsqrt()",),
        ),
    ),
)


@rule.matches("pow", "rsqrt", "add", "div")
def negative(op: Op) -> Bindings | None:
    match op:
        case Op("pow", (x, c)) if number(c) and c < 0:
            return {"x": x, "c": c, "late": False}
        case Op("pow", (Op("abs" | "norm") as x, Op("sub", (Leaf(), 2 | 2.0)) as c)) if c.stats is None:
            return {"x": x, "c": c, "late": False}  # weights of an L^p norm, where p can be 1
        case Op("rsqrt", (x,)):
            return {"x": x, "c": None, "late": False}
        case Op("div", (1 | 1.0, Op("sqrt", (x,)))) if (
            DEGREE.search(source(x)) or _adjacent(x)
        ) and reaches_zero(x) is None:
            return {"x": x, "c": None, "late": False}
        case Op("add", (Op("rsqrt", (x,)), eps)) if _small(eps):
            return {"x": x, "c": None, "late": True}
        case _:
            return None


@rule.reachable_when("x")
def can_be_zero(x: Any, c: Any, late: bool) -> bool | None:
    if isinstance(c, Op):
        return reaches_zero(x) is not False
    if late:
        return reaches_zero(x) is not False  # somebody thought of zero, and added the epsilon to infinity
    if isinstance(x, Op) and x.name in ("sum", "mean") and not _input(x) and not _count(x):
        return None
    if _selected(x):
        return None
    if average_square(x) or (isinstance(x, Leaf) and STEP.search(x.text)):
        return True
    known = reaches_zero(x)
    return True if known is None and (DEGREE.search(source(x)) or _count(x)) else known


def _small(eps: Any) -> bool:
    return (number(eps) and 0 < eps < 0.01) or (isinstance(eps, Leaf) and bool(EPSILON.search(eps.text)))


def _selected(x: Any) -> bool:
    """`degrees[degrees > 0]`, also where the comparison has a name."""
    while isinstance(x, Op) and x.name in ("view", "to"):
        x = x.args[0]
    if isinstance(x, Leaf):
        return bool(CHOSEN.search(x.text))
    return isinstance(x, Op) and x.name == "index" and isinstance(x.args[-1], Op)


def _input(x: Op) -> bool:
    """Of sums of squares: an input, a weight or a gradient can be zero everywhere."""
    squared = x.args[0]
    base = squared.args[0] if isinstance(squared, Op) and squared.name in ("pow", "mul") else None
    if isinstance(base, Op):
        return base.name not in ("add", "matmul")  # nothing says that all of a sum cancels
    return not isinstance(base, Leaf) or bool(INPUT.search(base.text))


def _count(x: Any) -> bool:
    """A name that says norm, degree or a sum over rows."""
    return _adjacent(x) or bool(NORM.search(source(x)))


def _adjacent(x: Any) -> bool:
    """The sum over a row of an adjacency matrix."""
    match peel(x):
        case Op("sum", (of, *_)):
            return isinstance(held := peel(of), Leaf) and bool(ADJACENCY.search(held.text))
        case _:
            return False


@rule.bites_when
def is_zero(x: Any, c: Any, late: bool) -> str | None:
    n = zeros(x)
    return (
        f"`{source(x)}` is exactly 0 in {n} element{'s' if n > 1 else ''}: 0 ** {-0.5 if c is None else source(c)} = inf"
        if n and clean(x)
        else None
    )


@rule.fixed_by
def bounded(x: Any, c: Any, late: bool) -> str | None:
    inner = f"torch.clamp({source(x)}, min=1e-12)"
    return f"torch.rsqrt({inner})" if c is None else f"{inner} ** {atom(c)}"
