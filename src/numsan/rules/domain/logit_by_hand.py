r"""## What it does

Finds the log-odds of a probability written out, `log(p) - log(1 - p)` or `log(p / (1 - p))`, of a value that nothing
keeps away from 0 and 1.

## Why it is bad

At $p = 0$ and $p = 1$ the result is infinite, its gradient is `inf` or `nan`, and a sigmoid in float32 gives exactly 1 from
a logit of 17 on (8.3 in float16). What is made from it, a loss or a penalty, becomes `nan` with the next subtraction.

## Fix safety

Unsafe: `torch.special.logit(p, eps=1e-6)` is another number within 1e-6 of the ends.

## References

- https://docs.pytorch.org/docs/stable/special.html#torch.special.logit
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import least, most, peel, same, source

PROBABLE = re.compile(r"(^|[._])(p|ps|probs?|probabilit(y|ies)|frac(tion)?s?|shares?|prevalence|\w*_probs?)$")

rule = Rule(
    code="NS332",
    name="logit-by-hand",
    kind="domain",
    title="the log-odds of a probability of 0 or 1 are infinite",
    advice="keep the logits, or take torch.special.logit(p, eps=1e-6)",
    doc=__doc__,
    examples=(
        Example(
            given="p = torch.tensor([0.0, 0.5, 1.0], requires_grad=True)",
            bad="y = torch.log(p) - torch.log(1 - p)",
            good="y = torch.special.logit(p, eps=1e-6)",
            fixed="y = torch.special.logit(p, eps=1e-6)",
            silent=("q = p.clamp(1e-6, 1 - 1e-6)\ny = torch.log(q) - torch.log(1 - q)",),
        ),
        Example(
            given="p = torch.tensor([0.0, 0.5, 1.0], requires_grad=True)",
            bad="y = torch.log(p / (1 - p))",
            good="y = torch.special.logit(p, eps=1e-6)",
        ),
    ),
)


@rule.matches("log", "sub")
def odds(op: Op) -> Bindings | None:
    match op:
        case Op("sub", (Op("log", (p,)), Op("log", (Op("sub", (1 | 1.0, q)),)))) if same(p, q):
            return {"p": p}
        case Op("log", (Op("div", (p, Op("sub", (1 | 1.0, q)))),)) if same(p, q):
            return {"p": p}
        case _:
            return None


@rule.reachable_when("p")
def named(p: Any) -> bool | None:
    held = peel(p)
    return True if isinstance(held, Leaf) and held.default is None and PROBABLE.search(held.text) else None


@rule.bites_when
def at_an_end(p: Any) -> str | None:
    low, high = least(p), most(p)
    if low is None or high is None or (low > 0 and high < 1):
        return None
    return f"`{source(p)}` reaches from {low:.4g} to {high:.4g}: its log-odds are infinite at 0 and 1"


@rule.fixed_by
def bounded(p: Any) -> str:
    return f"torch.special.logit({source(p)}, eps=1e-6)"
