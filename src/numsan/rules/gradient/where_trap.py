r"""## What it does

Finds `where(condition, f(x), other)` (or `f(x).masked_fill(mask, value)`) in which `f` is singular exactly
where the condition discards it.

## Why it is bad

Both branches are computed and differentiated. The discarded element contributes a gradient of $0 \cdot
f'(x)$, and with $f'(x) = \infty$ (log, sqrt or a quotient at 0, exp beyond 88.72 in float32 or 11.09 in
float16) that is `nan`, although the forward value is right. The *argument* must be selected, not only the
result.

## Fix safety

Safe: the argument is replaced where its result is discarded; kept values and their gradients are the same.

## References

- https://docs.jax.dev/en/latest/faq.html#gradients-contain-nan-where-using-where
- https://github.com/pytorch/pytorch/issues/52248
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from numsan.core.bounds import interval
from numsan.core.denominators import multiple
from numsan.core.discarded import grown_below, grows, names_of, singular_below
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, format_of, largest, least, most, nans, number, peel, same, source, zeros
from numsan.core.zero import differentiable

VALID = re.compile(r"(^|[._])(in)?valid(_mask|ity)?$|(^|[._])mask$")

rule = Rule(
    code="NS405",
    told_at="branch",
    name="where-gradient-trap",
    kind="domain",
    phase="backward",
    safe=True,
    title="a discarded branch of where still sends a nan gradient",
    advice="select the argument before the function: f(torch.where(ok, x, 1.0)), then select the result",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([0.0, 2.0], requires_grad=True)",
            bad="y = torch.where(x > 0, torch.log(x), 0.0)",
            good="y = torch.where(x > 0, torch.log(torch.where(x > 0, x, 1.0)), 0.0)",
            silent=(
                "y = torch.where(x > 0, torch.log(x.clamp(min=1e-6)), 0.0)",
                "y = torch.where(x > 0, torch.exp(-x.abs()), 0.0)",
            ),
        ),
        Example(
            given="gap = torch.tensor([1.0, 95.0], requires_grad=True)\nlower = torch.tensor([True, False])",
            bad="y = gap.exp().masked_fill(~lower, 0.0)",
            good="y = torch.exp(gap.masked_fill(~lower, 0.0)).masked_fill(~lower, 0.0)",
            fixed="y = torch.exp(gap.masked_fill(~lower, 1.0)).masked_fill(~lower, 0.0)",
        ),
        Example(
            given="u = torch.tensor([0.0, 2.0], requires_grad=True)\nv = torch.tensor([0.0, 1.0])",
            bad="ok = v > 0\ny = torch.where(ok, torch.hypot(u, v), 0.0)",
            good="ok = v > 0\ny = torch.where(ok, torch.hypot(u, torch.where(ok, v, 1.0)), 0.0)",
            run=False,
        ),
        Example(
            given="x = torch.tensor([0.0, 2.0], requires_grad=True)",
            bad="y = torch.where(x == 0, 1.0, torch.sin(x) / x)",
            good="y = torch.where(x == 0, 1.0, torch.sin(x) / torch.where(x == 0, 1.0, x))",
        ),
        Example(
            given="x = torch.tensor([0.0, 2.0], requires_grad=True)",
            bad="y = torch.where(x > 0, 2.0 * torch.log(x) - x, 0.0)",
            good="s = torch.where(x > 0, x, 1.0)\ny = torch.where(x > 0, 2.0 * torch.log(s) - x, 0.0)",
            silent=("y = torch.where(x > 0, 2.0 * torch.log(z) - x, 0.0)",),
            run=False,
        ),
        Example(
            given="x = torch.tensor([-1.0, 95.0], requires_grad=True)",
            bad="y = torch.where(x > 0, x, 1.5 * torch.expm1(x))",
            good="y = torch.where(x > 0, x, 1.5 * torch.expm1(torch.where(x > 0, 0.0, x)))",
            silent=("y = torch.where(x > 0, 1.5 * torch.expm1(x), x)", "y = torch.where(x > 0, x, 1.5 * x)"),
            run=False,
        ),
    ),
)
COUNTED = re.compile(r"is_small|relative_?pos|bucket|abs_pos|(^|_)(idx|index|ids|n)$")  # integers
SINGULAR = (
    "log",
    "sqrt",
    "div",
    "exp",
    "expm1",
    "rsqrt",
    "acos",
    "asin",
    "atanh",
    "log2",
    "log10",
    "hypot",
    "atan2",
)


@rule.matches("where", "masked_fill")
def selected(op: Op) -> Bindings | None:
    direct = list(_direct(op))
    asked = next((d for d in direct if isinstance(d["ok"], Op) and _speaks_of(d["ok"], d["x"])), None)
    if asked is not None or any(_of_the_same(d["ok"], d["x"]) for d in direct):
        return asked or direct[0]
    return _deeper(op) or (direct[0] if direct else None)


def _has_selected(kept: Any, ok: Op) -> bool:
    """`x.masked_fill(saturated, 1.0).pow(gamma)`: an argument has been selected by the same condition."""
    return isinstance(kept, Op) and any(
        o.name in ("where", "masked_fill") and any(same(a, ok) for a in o.args) for o in kept.walk()
    )


def _of_the_same(ok: Any, x: Any) -> bool:
    asked = set(names_of(ok))
    return any(name in asked for name in names_of(x))


def _direct(op: Op) -> Iterator[Bindings]:
    """The branches that are such a function."""
    match op:
        case Op("where", (ok, one, two)):
            branches = [(one, two, "first"), (two, one, "second")]
        case Op("masked_fill", (one, ok, two)):
            branches = [(one, two, "fill")]
        case _:
            return
    for branch, other, form in branches:
        if isinstance(branch, Op) and _singular(branch.name, branch.args):
            yield {"ok": ok, "branch": branch, "x": branch.args[-1], "other": other, "form": form}


def _deeper(op: Op) -> Bindings | None:
    match op:
        case Op("where", (Op() as ok, one, other)):
            pass
        case _:
            return None
    if any(_has_selected(kept, ok) for kept in (one, other)):
        return None
    for kept in (one, other):
        if _selects_itself(ok, kept) or any(COUNTED.search(name) for name in names_of(ok)):
            continue
        inner = singular_below(kept, ok)
        inner = grown_below(kept, ok, kept is one) if inner is None else inner
        if inner is not None and differentiable(inner.args[0]):
            return {"ok": ok, "branch": inner, "x": inner.args[0], "other": None, "form": "deep"}
    return None


def _singular(name: str, args: tuple[Any, ...]) -> bool:
    return name in SINGULAR and not number(args[-1])


def _selects_itself(ok: Op, kept: Any) -> bool:
    """`where(y > 0, y, 1)` makes a value safe for what comes next."""
    return any(same(peel(a), peel(kept)) for a in ok.args)


@rule.reachable_when()
def discards_the_edge(ok: Any, branch: Op, x: Any, other: Any, form: str) -> bool | None:
    low, high = interval(x)
    if form == "deep":
        return high > 80 if branch.name in ("exp", "expm1") else low <= 0
    if isinstance(peel(x), Op) and peel(x).name in ("where", "masked_fill", "clamp"):
        return False
    if branch.name in ("exp", "expm1"):
        told = form == "fill" or (isinstance(ok, Op) and (_speaks_of(ok, x) or grows(x, ok, form == "first")))
        return False if high <= 80 else True if told else None
    if branch.name in ("hypot", "atan2"):
        return (
            True
            if other in (0, 0.0) and form != "deep" and (branch.name, form) != ("atan2", "fill")
            else None
        )
    if branch.name in ("acos", "asin", "atanh"):
        return None if low <= -1 or high >= 1 else False
    if low > 0 or high < 0:
        return False
    if isinstance(ok, Op) and _speaks_of(ok, x):
        return True
    return True if _validity(ok) and form != "deep" and isinstance(peel(x), Leaf) else None


def _validity(ok: Any) -> bool:
    """`where(valid, log(depth), 0)`: what is not valid is there, and is hidden for a reason."""
    held = ok.args[0] if isinstance(ok, Op) and ok.name == "logical_not" else ok
    return isinstance(held, Leaf) and bool(VALID.search(held.text))


def _speaks_of(condition: Op, x: Any) -> bool:
    if condition.name in ("logical_and", "logical_or", "logical_not"):
        return any(_speaks_of(a, x) for a in condition.args if isinstance(a, Op))
    told = (peel(x), multiple(x))  # `pi * x` is 0 where x is
    looked_at = [a for a in condition.args if isinstance(a, Op | Leaf)]
    return any(peel(a) in told or peel(a, "abs", "pow") in told for a in looked_at)


@rule.bites_when
def singular_branch(ok: Any, branch: Op, x: Any, other: Any, form: str) -> str | None:
    if form == "deep":
        return None
    low, high, size = least(x), most(x), largest(x)
    form_of = format_of(x, branch)
    if low is None or high is None or size is None or form_of is None or nans(x):
        return None
    match branch.name:
        case "exp" | "expm1":
            bad = high > form_of.exp_limit
        case "acos" | "asin" | "atanh":
            bad = size >= 1
        case "hypot" | "atan2":
            bad = bool(zeros(x) and zeros(branch.args[0]))
        case _:
            bad = bool(zeros(x)) or (low < 0 and branch.name != "div")
    if not bad:
        return None
    span = f"`{source(x)}` from {low:.4g} to {high:.4g}"
    return f"`{source(branch)}` is singular where it is discarded ({span}): gradient 0 * inf"


@rule.fixed_by
def select_argument(ok: Any, branch: Op, x: Any, other: Any, form: str) -> str | None:
    if form == "deep" or branch.name in ("hypot", "atan2"):
        return None
    safe = 0.0 if branch.name in ("acos", "asin", "atanh") else 1.0
    if form == "fill":
        inner = f"{atom(x)}.masked_fill({source(ok)}, {safe})"
        return f"{_apply(branch, inner)}.masked_fill({source(ok)}, {source(other)})"
    pair = f"{source(x)}, {safe}" if form == "first" else f"{safe}, {source(x)}"
    result = _apply(branch, f"torch.where({source(ok)}, {pair})")
    both = f"{result}, {source(other)}" if form == "first" else f"{source(other)}, {result}"
    return f"torch.where({source(ok)}, {both})"


def _apply(branch: Op, argument: str) -> str:
    if branch.name == "div":
        return f"{atom(branch.args[0])} / {argument}"
    return f"torch.{branch.name}({argument})"
