r"""## What it does

Finds an exponential whose argument nothing bounds; from source it speaks only about rates and intensities
(`log_rate`, `log_lambda`), sizes of boxes and acceptance probabilities, elsewhere it needs the values of a run.

## Why it is bad

$e^x$ is `inf` above $\ln(\max)$: 11.09 in float16, 88.72 in bfloat16 and float32, 709.8 in float64. A mask
that is applied to the result leaves a gradient of `0 * inf = nan`. `math.exp` raises `OverflowError` instead; an
acceptance probability is `math.exp(min(0.0, x))`.

## Fix safety

Unsafe: the bound changes results above $e^{20}$.

## References

- IEEE 754-2019, https://doi.org/10.1109/IEEESTD.2019.8766229
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Leaf, Op
from numsan.core.pairs import pairwise
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, most, peel, source

SIZE = re.compile(
    r"(^|[._])(pred_?)?(d|t|delta_?|t_?)[wh]$|(^|[._])pred_?(wh|[wh])$"
    r"|(^|[._])\w*(pred|delta|reg|offset|loc|box|out)\w*\[(\.\.\.|:)(, ?:)?, ?(2|3|2:|2:4)\]$"
)  # of a box, in logarithms
ANCHOR = re.compile(r"(^|[._])anchors?_?(w|h|wh|width|height)?(\[|$)")
LOG_RATE = re.compile(
    r"log_?(importance_?weight|rate|lambda|lam|mu|intensity|hazard|count)s?|library\b", re.I
)
STATE = re.compile(r"(^|[._])\w*(old|new|cur(rent)?|cand(idate)?|prop(osal|osed)?|trial)(_\w+)?$")
CHANGE = re.compile(r"(^|[._])(delta(_?\w+)?|d_?(e|cost|energy))$", re.I)
HEAT = re.compile(r"(^|[._])(t|temp(erature)?|k_?b?t)$", re.I)

rule = Rule(
    code="NS107",
    name="exp-overflow",
    kind="overflow",
    generic=True,
    title="exp of an unbounded value overflows",
    advice="bound the argument (x.clamp(max=20.0)), or use softplus for a positive quantity",
    doc=__doc__,
    examples=(
        Example(
            given="log_rate = torch.tensor([1.0, 95.0], requires_grad=True)",
            bad="y = torch.exp(log_rate)",
            good="y = torch.exp(torch.clamp(log_rate, max=20.0))",
            silent=("y = torch.exp(-(log_rate**2))", "y = torch.exp(log_rate.clamp(max=10.0))"),
        ),
        Example(
            given="shape = torch.tensor([1.0, 6.0], requires_grad=True)\nt = torch.tensor([1.0, 2.0])",
            bad="y = torch.exp(torch.exp(shape) * t.log())",
            good="y = torch.exp(torch.clamp(torch.exp(shape) * t.log(), max=20.0))",
            silent=(
                "y = torch.exp(-torch.exp(shape))",
                "y = torch.exp(-t * torch.exp(shape))",
                "y = torch.exp(torch.exp(shape.clamp(max=3.0)) * 2.0)",
            ),
        ),
        Example(
            given="old = torch.tensor([95.0])\nnew = torch.tensor([1.0])\ntemp = torch.tensor([1.0])",
            bad="y = torch.exp((old - new) / temp)",
            good="y = torch.exp(torch.clamp((old - new) / temp, max=20.0))",
            silent=("y = torch.exp(((old - new) / temp).clamp(max=0.0))",),
        ),
        Example(
            given="gap = torch.tensor([1.0, 12.0], requires_grad=True).to(torch.float16)",
            bad="y = gap.exp()",
            good="y = torch.exp(torch.clamp(gap, max=10.0))",
            fixed="y = torch.exp(torch.clamp(gap, max=20.0))",
            static=False,
        ),
    ),
)


@rule.matches("exp", "mul")
def any_exp(op: Op) -> Bindings | None:
    match op:
        case Op("exp", (x,)):
            return {"x": x, "anchor": None}
        case Op("mul", (Op("exp", (Leaf() as x,)), Leaf(text=text) as by)) if ANCHOR.search(text):
            return {"x": x, "anchor": by}
        case _:
            return None


@rule.reachable_when("x")
def unbounded(x: Any, anchor: Any) -> bool | None:
    if interval(x)[1] <= 80:
        return False
    if anchor is not None:
        return True  # a width in logarithms, whatever it is called
    named = peel(x)
    if _segments(named) or _twice(named) or _factorial(named) or _acceptance(named):
        return True
    text = source(named)
    begun = isinstance(named, Op) and named.name == "full" and text.replace(".", "").isidentifier()
    plain = isinstance(named, Leaf) or begun
    told = plain and (LOG_RATE.search(text) or SIZE.search(text))
    return True if told else None


def _factorial(x: Any) -> bool:
    """`exp(lgamma(n + 1))`: 35! is beyond float32."""
    match x:
        case Op("lgamma", _):
            return True
        case Op("add" | "sub", (a, _)):
            return _factorial(a)
        case _:
            return False


def _twice(x: Any) -> bool:
    """`exp(exp(a))` and `exp(exp(a) * b)`: an exponent that is itself unbounded leaves float32 at a = 4.5."""
    match x:
        case Op("exp", (inner,)):
            return interval(inner)[1] > 4.5
        case Op("mul", (Op("exp", _) as grown, other)) | Op("mul", (other, Op("exp", _) as grown)):
            return _twice(grown) and not (isinstance(other, Op) and other.name == "neg")
        case _:
            return False


def _acceptance(x: Any) -> bool:
    """`exp((old - new) / temperature)` of an annealing, which is cold at last: a better state is e**1000 times as likely."""
    match x:
        case Op("div", (change, Leaf(text=heat))) if HEAT.search(heat):
            pass
        case _:
            return False
    match peel(change):
        case Op("sub", (Leaf(text=a), Leaf(text=b))):
            return bool(STATE.search(a) and STATE.search(b))
        case Op("neg", (Leaf(text=a),)):
            return bool(CHANGE.search(a))
        case _:
            return False


def _segments(x: Any) -> bool:
    """`c[:, None] - c[None, :]` of a cumulative sum: half of all pairs are in the wrong order."""
    match x:
        case Op("sub", (Op() | Leaf() as a, Op() | Leaf() as b)):
            summed = all("cumsum" in str(peel(p)) for p in (a, b))
            return summed and pairwise(Leaf(source(a)), Leaf(source(b)))
        case _:
            return False


@rule.bites_when
def overflowed(x: Any, anchor: Any) -> str | None:
    form, top = format_of(x), most(x)
    if form is None or top is None or top <= form.exp_limit:
        return None
    return f"`{source(x)}` reaches {top:.4g} > {form.exp_limit:.4g}, where exp overflows {form.name}"


@rule.fixed_by
def bounded(x: Any, anchor: Any) -> str | None:
    by = "" if anchor is None else f" * {source(anchor)}"
    return f"torch.exp(torch.clamp({source(x)}, max=20.0)){by}"
