r"""## What it does

Finds the variance computed as $E[x^2] - E[x]^2$.

## Why it is bad

Both terms are near $\mu^2$, so the difference has an absolute error of about $\epsilon\mu^2$: all digits of
the variance are gone once $\mu/\sigma > \epsilon^{-1/2}$, which is 32 in float16, 11 in bfloat16, 2,896 in
float32, 6.7e7 in float64. The result can be negative, and its root `nan`.

## Fix safety

Safe: `torch.var(..., correction=0)` is the same quantity, computed around the mean.

## References

- T. Chan, G. Golub, R. LeVeque, *Algorithms for computing the sample variance*, The American Statistician
  37(3), 1983, https://doi.org/10.1080/00031305.1983.10483115
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.moments import named_moments
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.squares import base_of
from numsan.core.values import format_of, least, most, peel, same, source

# a window over squares: conv(x * x, kernel)
FILTERED = re.compile(r"\(.*(\b(\w+) ?\* ?\2\b|\*\* ?2|pow\(2\)|square\()")
MEAN = re.compile(r"^(mu|mean|avg|m)(\b|_|\d)|mean", re.I)
SECOND = re.compile(
    r"(^|[._])((running|ema|mean|avg)_)?(sq|squares?|sqr|mean_sq(uare)?|x2|m2|second_moment)(_(mean|avg|ema))?$"
)
SQUARES = re.compile(r"sq|square|sum_?2|m2|second|x2", re.I)

SUM_OF_SQUARES = re.compile(r"(sq\w*_?sum|sum_?(of_)?\w*sq|sum2|ss)(_|\b)|squares?(_|\b)", re.I)

rule = Rule(
    code="NS204",
    name="variance-by-moments",
    mended_by_bound=True,
    kind="cancellation",
    safe=True,
    title="E[x^2] - E[x]^2 cancels when the mean is large against the spread",
    advice="use torch.var(x, dim, correction=0), or Welford's update for a running variance",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.linspace(9999.0, 10001.0, 64)",
            bad="y = torch.mean(x**2) - torch.mean(x) ** 2",
            good="y = torch.var(x, correction=0)",
            silent=("y = torch.mean(x**2) - torch.mean(x)", "y = x.var(correction=0)"),
            wrong_by=0.1,
            right_to=1e-3,
        ),
        Example(
            given="x = torch.linspace(9999.0, 10001.0, 64).reshape(2, 32)",
            bad="m = x.mean(dim=1)\ny = (x * x).mean(dim=1) - m * m",
            good="m = x.mean(dim=1)\ny = torch.var(x, 1, correction=0)",
            wrong_by=0.1,
            right_to=1e-3,
        ),
        Example(
            given="total_sq = torch.tensor(6.4e9) * 64\nn = 64\nmean = torch.tensor(10000.0)",
            bad="y = total_sq / n - mean**2",
            good="y = total_sq * 0.0 + 1.0",
            wrong_by=1.0,
            run=False,
        ),
        Example(
            given="w = torch.full((64,), 1 / 64)\nx = torch.linspace(9999.0, 10001.0, 64)",
            bad="y = (w * x**2).sum() - (w * x).sum() ** 2",
            good="y = (w * (x - (w * x).sum()) ** 2).sum()",
            silent=("y = (w * x**2).sum() - (w * z).sum() ** 2",),
            wrong_by=0.1,
            right_to=1e-3,
            run=False,
        ),
        Example(
            given="x = torch.linspace(9999.0, 10001.0, 64).reshape(1, 64)\npool = torch.nn.AvgPool1d(64)",
            bad="y = pool(x * x) - pool(x) ** 2",
            good="y = pool((x - pool(x)) ** 2)",
            wrong_by=0.1,
            right_to=1e-3,
            run=False,
        ),
    ),
)


@rule.matches("sub")
def moments(op: Op) -> Bindings | None:
    if _in_double(op):
        return None
    match op:
        case Op("sub", (Op("mean", (squared, *rest)), square)) if (x := base_of(squared)) is not None:
            mean = base_of(square)
            if (
                isinstance(mean, Op)
                and mean.name == "mean"
                and same(mean.args[0], x)
                and mean.args[1:] == tuple(rest)
            ):
                return {"x": x, "rest": tuple(rest)}
        case Op("sub", (total, Op("div", (square, _)))) if _sums(total, base_of(square)):
            return {"x": None, "rest": ()}
        case Op("sub", (second, product)) if _moments_of_one(second, product) or named_moments(
            second, product
        ):
            return {"x": None, "rest": ()}
        case Op("sub", (Leaf(text=text), square)) if FILTERED.search(text):
            mean = base_of(square)
            return {"x": None, "rest": ()} if mean is not None and MEAN.search(source(mean)) else None
        case Op("sub", (Op("div", (Leaf(text=text), _)), square)) if SQUARES.search(text):
            mean = base_of(square)
            return None if mean is None else {"x": None, "rest": ()}
        case Op("sub", (Leaf(text=text), square)) if SECOND.search(text):
            mean = base_of(square)
            first = isinstance(mean, Leaf) and MEAN.search(mean.text.rpartition(".")[2])
            return {"x": None, "rest": ()} if first else None
        case _:
            pass
    return None


def _in_double(x: Any) -> bool:
    """Computed in float64, which holds means up to 1e6 times the deviation."""
    if isinstance(x, Leaf):
        return x.call is not None and _in_double(x.call[1])
    return isinstance(x, Op) and (
        (x.name == "to" and x.args[-1] == "float64") or any(map(_in_double, x.args))
    )


def _sums(total: Any, first: Any) -> bool:
    """`sum(x**2)` beside `sum(x)`, or what is called so: `sq_sum - sum**2 / n`."""
    if isinstance(total, Op) and isinstance(first, Op) and total.name == first.name == "sum":
        return same(base_of(peel(total.args[0])), peel(first.args[0]))
    if not (isinstance(total, Leaf) and isinstance(first, Leaf)):
        return False
    return bool(SUM_OF_SQUARES.search(total.text)) and "sum" in first.text.lower()


def _moments_of_one(second: Any, product: Any) -> bool:
    """`f(x**2) - f(x)**2`, where `f` is a filter, a pooling or a weighted mean, divided by anything."""
    squared = _averaged(second)
    if squared is None or not isinstance(product, Op) or product.name not in ("pow", "mul"):
        return False
    if product.name == "pow" and product.args[1] not in (2, 2.0):
        return False
    first = [_averaged(a) for a in (product.args if product.name == "mul" else product.args[:1])]
    how, inside = squared
    x = base_of(inside[-1])
    return x is not None and all(
        f is not None and f[0] == how and same(f[1][-1], x) and f[1][:-1] == inside[:-1] for f in first
    )


def _averaged(value: Any) -> tuple[str, tuple[Any, ...]] | None:
    """How an average is taken, over its weights and what it is taken of."""
    held = peel(value)
    if isinstance(held, Op) and held.name in ("div", "clamp"):
        return _averaged(held.args[0])
    match held:
        case Leaf(call=(how, inner)):
            return how, (inner,)
        case Op("sum", (Op("mul", (weight, inner)), *_)) if base_of(held.args[0]) is None:
            return "sum", (weight, inner)
        case Op("sum" | "mean" as how, (inner, *_)):
            return how, (inner,)
        case Op("add", (Op("mul", _), Op("mul", (_, inner)))) if (new := _averaged(inner)) is not None:
            return f"running {new[0]}", new[1]
        case Op("matmul", (weight, inner)):
            return "matmul", (weight, inner)
        case _:
            return None


@rule.bites_when
def cancelled(x: Any, rest: tuple[Any, ...]) -> str | None:
    form, low, high = format_of(x), least(x), most(x)
    if form is None or low is None or high is None or high <= low:
        return None
    ratio = abs(low + high) / (high - low)
    if ratio * ratio * form.eps < 0.01:
        return None
    span = f"between {low:.6g} and {high:.6g}"
    return f"`{source(x)}` lies {span}: {form.name} keeps no digit of a variance around that mean"


@rule.fixed_by
def centred(x: Any, rest: tuple[Any, ...]) -> str | None:
    if x is None:
        return None
    keep = [f"keepdim={rest[1]}"] if len(rest) > 1 else []
    return f"torch.var({', '.join([source(x), *map(source, rest[:1]), 'correction=0', *keep])})"
