r"""## What it does

Finds `exp(x) - 1`.

## Why it is bad

$e^x$ is rounded near 1, so the difference keeps $x$ only above $\epsilon$: 9.8e-4 in float16, 7.8e-3 in
bfloat16, 1.2e-7 in float32, 2.2e-16 in float64. For $|x| < \epsilon/2$ the result is exactly 0 instead of
$x$.

## Fix safety

Safe: `torch.expm1` is the same function.

## References

- N. Higham, *Accuracy and stability of numerical algorithms*, 2nd ed., 2002, section 1.14.1,
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.addends import stands_in
from numsan.core.made import in_large_units
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, source, stats, within

CHANCE = re.compile(
    r"(^|[._])(cdf|icdf|probability|chance|risk|hazard)($|_)"
)  # small ones are what it is for

rule = Rule(
    code="NS202",
    name="exp-minus-one",
    kind="cancellation",
    severity="info",
    safe=True,
    title="exp(x) - 1 loses the digits of a small x",
    advice="use torch.expm1(x)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([1e-9, 1e-3])",
            bad="y = torch.exp(x) - 1",
            good="y = torch.expm1(x)",
            silent=("y = torch.exp(x) - 2", "y = torch.exp(x - 1)", "y = a - s * (torch.exp(-x) - 1) * b"),
            wrong_by=0.9,
            right_to=1e-6,
        ),
        Example(
            given="t = torch.tensor([1e-9, 1e-3])",
            bad="def cdf(t):\n    return 1 - torch.exp(-2.0 * t)\ny = cdf(t)",
            good="def cdf(t):\n    return -torch.expm1(-2.0 * t)\ny = cdf(t)",
            silent=("def opacity(t):\n    return 1 - torch.exp(-2.0 * t)",),
            wrong_by=0.9,
            right_to=1e-6,
            run=False,
        ),
    ),
)


@rule.matches("sub", "add")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("sub", (Op("exp", (x,)) as exp, 1 | 1.0)) | Op("add", (Op("exp", (x,)) as exp, -1 | -1.0)):
            return {"x": x, "exp": exp, "turned": False}
        case Op("sub", (1 | 1.0, Op("exp", (x,)) as exp)) if CHANCE.search(within(op)):
            return {"x": x, "exp": exp, "turned": True}
        case _:
            return None


@rule.reachable_when()
def in_one_expression(x: Any, exp: Any, turned: bool) -> bool | None:
    """A named exponential (`ratio - 1`) is usually compared with something, not expected to be tiny."""
    near_one = isinstance(x, Op) and x.name in ("sub", "add") and any(a in (1, -1) for a in x.args)
    return True if "(" in source(exp) and not near_one and not in_large_units(x) else None


@rule.drowned_by
def next_to_something_larger(other: Any, x: Any, exp: Any, turned: bool) -> bool:
    """`a + b * (exp(x) - 1)` is rounded where `a` is, unless `a` takes the first order of the difference away."""
    return not stands_in(other, x)


@rule.bites_when
def cancelled(x: Any, exp: Any, turned: bool) -> str | None:
    form, seen = format_of(x), stats(x)
    if form is None or seen is None or seen.tiny is None or seen.tiny >= form.eps / 2:
        return None
    return f"`{source(x)}` is as small as {seen.tiny:.4g} < {form.eps / 2:.4g}: exp(x) is 1 in {form.name}"


@rule.fixed_by
def rewritten(x: Any, exp: Any, turned: bool) -> str | None:
    return f"{'-' if turned else ''}torch.expm1({source(x)})"
