r"""## What it does

Finds a weight $\min(x, c)/x$ or $\max(x, c)/x$ whose denominator can reach zero, as in min-SNR loss
weighting.

## Why it is bad

At $x = 0$ it is $0/0$ = `nan` in every format. A noise schedule rescaled to zero terminal SNR has that
value at its last step, and poisons every batch that draws it. The quotient of a minimum is the minimum of a
quotient: $\min(1, c/x)$.

## Fix safety

Unsafe: at $x = 0$ the weight becomes 1 instead of `nan`.

## References

- T. Hang et al., *Efficient diffusion training via min-SNR weighting strategy*, 2023,
  https://arxiv.org/abs/2303.09556
- S. Lin et al., *Common diffusion noise schedules and sample steps are flawed*, 2023,
  https://arxiv.org/abs/2305.08891
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, same, source, zeros
from numsan.core.zero import reaches_zero

LIMIT = re.compile(r"thresh|limit|bound|cap$|^max_")
SIZE = re.compile(r"\.shape\b|\.size\(|\blen\(")

rule = Rule(
    code="NS314",
    name="ratio-to-own-minimum",
    kind="domain",
    title="min(x, c) / x is 0/0 at x = 0",
    advice="bound the denominator: torch.minimum(snr, c) / snr.clamp(min=1e-12)",
    doc=__doc__,
    examples=(
        Example(
            given="snr = torch.tensor([4.0, 0.0])",
            bad="y = torch.minimum(snr, torch.full_like(snr, 5.0)) / snr",
            good="y = torch.minimum(snr, torch.full_like(snr, 5.0)) / torch.clamp(snr, min=1e-12)",
            silent=("y = torch.minimum(snr, torch.full_like(snr, 5.0)) / (snr + 1)",),
        ),
        Example(
            given="snr = torch.tensor([4.0, 0.0])",
            bad="y = snr.clamp(max=5.0) / snr",
            good="y = snr.clamp(max=5.0) / torch.clamp(snr, min=1e-12)",
        ),
    ),
)


@rule.matches("div")
def ratio(op: Op) -> Bindings | None:
    match op:
        case Op("div", (Op("minimum" | "clamp", (a, *rest)) as above, x)):
            if same(a, x) or any(same(r, x) for r in rest):
                return {"above": above, "x": x}
        case _:
            pass
    return None


@rule.reachable_when("x", "above")
def unguarded(above: Any, x: Any) -> bool | None:
    if SIZE.search(source(x)) or LIMIT.search(source(x)):
        return None
    return reaches_zero(x) is not False


@rule.bites_when
def is_zero(above: Any, x: Any) -> str | None:
    n = zeros(x)
    return f"`{source(x)}` is 0 in {n} place{'s' if n > 1 else ''}: 0 / 0 = nan" if n else None


@rule.fixed_by
def bounded(above: Any, x: Any) -> str | None:
    return f"{atom(above)} / torch.clamp({source(x)}, min=1e-12)"
