r"""## What it does

Finds a log-sum-exp that subtracts the maximum by hand, `m + log(sum(exp(x - m)))`, where the maximum may be
`-inf`.

## Why it is bad

Where every element is $-\infty$ (no path through a lattice, an empty mixture) the shift is
$-\infty - (-\infty)$ = `nan`, in every format. `torch.logsumexp` returns $-\infty$ there; so do
`jax.scipy.special.logsumexp` and `tf.reduce_logsumexp`.

## Fix safety

No automatic fix: the maximum is added in another place of the expression.

## References

- https://github.com/pytorch/pytorch/issues/31829
- https://github.com/tensorflow/tensorflow/issues/11692
"""

from __future__ import annotations

import math
from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import infinite, nans, peel, same, source

rule = Rule(
    code="NS126",
    name="shifted-log-sum-exp",
    kind="domain",
    told_at="gap",
    title="a log-sum-exp shifted by hand is nan where every term is -inf",
    advice="use torch.logsumexp(x, dim), or shift by torch.where(m.isfinite(), m, 0.0)",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.full((2, 2), -torch.inf)",
            bad="m = a.amax(dim=0)\ny = (torch.log(torch.exp(a - m).sum(0)) + m).exp()",
            good="y = torch.logsumexp(a, 0).exp()",
            silent=(
                "m = a.amax(dim=0)\nm = torch.where(m.isfinite(), m, 0.0)\ny = torch.exp(a - m)",
                "m = a.amax(dim=0)\ny = torch.exp(a - m)",
                "a = a.clamp(min=-1e4)\nm = a.amax(dim=0)\ny = torch.log(torch.exp(a - m).sum(0)) + m",
            ),
            run=False,
        ),
    ),
)


@rule.matches("add")
def shifted(op: Op) -> Bindings | None:
    pairs = (op.args, op.args[::-1]) if len(op.args) == 2 else ()
    for top, logged in pairs:
        held = peel(logged)
        if not (isinstance(held, Op) and held.name == "log"):
            continue
        match peel(held.args[0], "add", "clamp"):
            case Op("sum", (Op("exp", (Op("sub", (x, shift)) as gap,)), *_)):
                if same(peel(shift), peel(top)) and _maximum(shift):
                    return {"x": x, "top": top, "shift": shift, "gap": gap, "out": op}
            case _:
                pass
    return None


def _maximum(x: Any) -> bool:
    held = peel(x)
    return (isinstance(held, Op) and held.name == "amax") or (isinstance(held, Leaf) and "max" in held.text)


@rule.reachable_when("shift", "x")
def may_be_empty(x: Any, top: Any, shift: Any, gap: Any, out: Any) -> bool | None:
    return interval(shift)[0] == -math.inf


@rule.bites_when
def all_minus_infinity(x: Any, top: Any, shift: Any, gap: Any, out: Any) -> str | None:
    if not infinite(shift) or not nans(out) or nans(x):
        return None
    return f"`{source(shift)}` is -inf: `{source(x)} - {source(shift)}` is inf - inf = nan"
