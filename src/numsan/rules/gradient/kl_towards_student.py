r"""## What it does

Finds a reverse Kullback-Leibler divergence, $\mathrm{KL}(\text{student}\,\|\,\text{teacher})$, whose target
is the softmax of the student.

## Why it is bad

`kl_div` takes the target's $p \log p$ as 0 where $p = 0$, but its slope there is $\log p + 1 = -\infty$, and the
softmax multiplies it by $p$: $0 \cdot \infty$ is `nan`, behind a loss that is finite. A probability is exactly 0
from 104 below the largest logit in float32, 17 in float16; a temperature of 0.05 divides that by 20.

## Fix safety

No automatic fix: the target becomes `log_softmax`, with `log_target=True`.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.denominators import names_in
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel, source, zeros

LEARNS = re.compile(r"student|policy|(^|[._])(s|stu)(_|$)", re.I)
KNOWS = re.compile(r"teacher|(^|[._])(t|tea|ref|reference|old)(_|$)", re.I)

rule = Rule(
    code="NS413",
    name="kl-towards-student",
    kind="domain",
    phase="backward",
    title="the gradient of kl_div in its target is nan where a probability is 0",
    advice="give the target as F.log_softmax(student, -1) with log_target=True",
    doc=__doc__,
    examples=(
        Example(
            given="student = torch.tensor([[0.0, 200.0]], requires_grad=True)\nteacher = torch.zeros(1, 2)",
            bad="q = torch.nn.functional.log_softmax(teacher, -1)\n"
            "y = torch.nn.functional.kl_div(q, torch.softmax(student, -1), reduction='sum')",
            good="q = torch.nn.functional.log_softmax(teacher, -1)\np = torch.log_softmax(student, -1)\n"
            "y = torch.nn.functional.kl_div(q, p, reduction='sum', log_target=True)",
            silent=(
                "q = torch.log_softmax(student, -1)\n"
                "y = torch.nn.functional.kl_div(q, torch.softmax(teacher, -1), reduction='sum')",
                "q = torch.log_softmax(teacher, -1)\n"
                "y = torch.nn.functional.kl_div(q, torch.softmax(student, -1).detach(), reduction='sum')",
            ),
            run=False,
        ),
    ),
)


@rule.matches("kl_div")
def reversed_divergence(op: Op) -> Bindings | None:
    match op:
        case Op("kl_div", (q, target, *_)):
            p = peel(target)
            return {"q": q, "p": target} if isinstance(p, Op) and p.name == "softmax" else None
        case _:
            return None


@rule.reachable_when()
def learns(q: Any, p: Any) -> bool | None:
    if ".detach()" in source(p):
        return False
    given, learned = names_in(q), names_in(p)
    return True if any(map(LEARNS.search, learned)) and any(map(KNOWS.search, given)) else None


@rule.bites_when
def vanishes(q: Any, p: Any) -> str | None:
    n = zeros(p)
    return (
        f"`{source(p)}` is 0 in {n} place{'s' if n > 1 else ''}: its slope is 0 * log(0) = nan" if n else None
    )
