r"""## What it does

Finds $e^{x_i} / \sum_j e^{x_j}$ written out.

## Why it is bad

$e^x$ overflows above 11.09 in float16 and 88.72 in bfloat16 and float32, and the quotient is `inf / inf =
nan`. When the whole row lies below -103.97 (float32) it is `0 / 0 = nan`. Softmax does not change when the
row maximum is subtracted first, which is what `torch.softmax` does.

## Fix safety

Safe: `torch.softmax` is the same function, in the same shape.

## References

- P. Blanchard, D. Higham, N. Higham, *Accurately computing the log-sum-exp and softmax functions*, 2021,
  https://doi.org/10.1093/imanum/draa038
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, most, number, peel, same, source, zeros

WEIGHTS = re.compile(r"(^|[._])(particle_)?weights$")

rule = Rule(
    code="NS104",
    name="softmax-by-hand",
    kind="overflow",
    safe=True,
    told_at="exp",
    title="exp(x) / sum(exp(x)) is inf / inf for large x",
    advice="use torch.softmax(x, dim)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([[1.0, 100.0]], requires_grad=True)",
            bad="y = torch.exp(x) / torch.exp(x).sum(-1, keepdim=True)",
            good="y = torch.softmax(x, -1)",
            silent=("y = torch.exp(x - x.max()) / torch.exp(x - x.max()).sum(-1, keepdim=True)",),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([[1.0, 100.0]], requires_grad=True)",
            bad="e = x.exp()\ny = e / e.sum(dim=1, keepdim=True)",
            good="y = torch.softmax(x, 1)",
            fixed="e = x.exp()\ny = torch.softmax(x, 1)",
            silent=("x = x - x.amax(1, keepdim=True)\ne = x.exp()\ny = e / e.sum(dim=1, keepdim=True)",),
        ),
        Example(
            given="x = torch.tensor([1.0, 100.0], requires_grad=True)\nidx = torch.tensor([0, 0])",
            bad="e = torch.exp(x)\ny = e / torch.zeros(1).scatter_add(0, idx, e)[idx]",
            good="e = torch.exp(x - x.amax())\ny = e / torch.zeros(1).scatter_add(0, idx, e)[idx]",
            run=False,
        ),
        Example(
            given="x = torch.tensor([1.0, 100.0])",
            bad="e = torch.exp(x)\ny = e / (e.sum() + 1e-9)",
            good="e = torch.exp(x - x.max())\ny = e / (e.sum() + 1e-9)",
        ),
    ),
)


@rule.matches("div")
def quotient(op: Op) -> Bindings | None:
    match op:
        case Op("div", (Op("exp", (x,)), Op("sum", (Op("exp", (other,)), dim, True)) as total)) if same(
            x, other
        ):
            return {"x": x, "dim": dim, "total": total, "exp": op.args[0]}
        case Op("div", (Op("exp", (x,)) as exponential, Op() | Leaf() as below)):
            total = peel(below, "clamp", "maximum")
            if isinstance(total, Op) and total.name == "add" and interval(total.args[1])[0] > 0:
                total = peel(total.args[0])  # an epsilon is no help against inf / inf
            if isinstance(total, Op) and total.name == "sum" and isinstance(total.args[0], Op):
                exp = peel(total.args[0])
                if isinstance(exp, Op) and exp.name == "exp" and same(exp.args[0], x):
                    return {"x": x, "dim": None, "total": total, "exp": exponential}
            added = _of_groups(below)
            if added is None or not same(added, x) or _shifted(x):
                return None
            return {"x": x, "dim": None, "total": below, "exp": exponential}
        case Op("div", (Op("add", (Op("exp", (x,)) as exp, eps)) as above, Op() as below)) if number(
            eps
        ) and same(_added(below), above):
            return {"x": x, "dim": None, "total": below, "exp": exp}
        case Op("div", (Op("mul", factors) as above, Op() as below)) if same(_added(below), above):
            exp = next((e for f in factors if isinstance(e := peel(f), Op) and e.name == "exp"), None)
            if exp is None or _shifted(exp.args[0]):
                return None
            return {"x": exp.args[0], "dim": None, "total": below, "exp": exp}
        case _:
            return None


def _added(below: Any) -> Any:
    """`x` of `x.sum(-1) + eps`."""
    held = peel(below, "add", "clamp", "maximum")
    return peel(held.args[0]) if isinstance(held, Op) and held.name == "sum" else None


def _shifted(x: Any) -> bool:
    """`src - src_max[index]`: the largest of each group, made in whatever way."""
    match peel(x):
        case Op("sub", (_, b)):
            return "max" in source(b).lower()
        case _:
            return False


def _of_groups(below: Any) -> Any:
    """`x` of sums of `exp(x)` by group: `scatter_add(0, index, exp(x))[index] + eps`."""
    held = below
    while isinstance(held, Op) and held.name in ("view", "to", "add", "clamp", "index", "gather"):
        held = held.args[0]
    if isinstance(held, Leaf) and held.call is not None and held.call[0] == "scatter":
        held = held.call[1]
    elif isinstance(held, Op) and held.name == "scatter" and held.args:
        held = held.args[0]
    else:
        return None
    held = peel(held)
    return held.args[0] if isinstance(held, Op) and held.name == "exp" else None


@rule.reachable_when()
def not_shifted(x: Any, dim: Any, total: Any, exp: Any = None) -> bool | None:
    if interval(x)[1] > 80:
        return True
    return True if exp is not None and WEIGHTS.search(source(exp)) and _far(x) else None


def _far(x: Any) -> bool:
    """`-0.5 * residual**2`: of an observation that no particle expected, all weights underflow."""
    held = peel(x)
    scaled = isinstance(held, Op) and held.name in ("neg", "mul", "div")
    return scaled and interval(held)[0] < -100 and not any(op.name in ("amin", "amax") for op in held.walk())


@rule.bites_when
def overflowed(x: Any, dim: Any, total: Any, exp: Any = None) -> str | None:
    form, top = format_of(x), most(x)
    if form is None or top is None:
        return None
    if top > form.exp_limit:
        return f"max of `{source(x)}` is {top:.4g} > {form.exp_limit:.4g}, where exp overflows {form.name}"
    return f"every exp of a row of `{source(x)}` underflows: 0 / 0" if zeros(total) else None


@rule.fixed_by
def rewritten(x: Any, dim: Any, total: Any, exp: Any = None) -> str | None:
    return None if dim is None else f"torch.softmax({source(x)}, {source(dim)})"
