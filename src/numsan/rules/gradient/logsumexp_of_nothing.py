r"""## What it does

Finds a log-sum-exp over a row that can be `-inf` everywhere: forward recursions of hidden Markov models,
CTC and CRF with forbidden transitions.

## Why it is bad

The value is right, $\log 0 = -\infty$, but the gradient is $e^{x_i - \operatorname{lse}} =
e^{-\infty+\infty}$, which is `nan` in every format.

## Fix safety

Unsafe: the smallest finite number in place of `-inf` makes the result a very negative number instead of
`-inf`.

## References

- https://github.com/pytorch/pytorch/issues/49724
"""

from __future__ import annotations

import math
import re
from typing import Any

from numsan.core.made import maker
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, source, stats

DIAGONAL = re.compile(r"(^|[\W_])(eye|diag(onal)?)($|[\W_])")

rule = Rule(
    code="NS406",
    name="logsumexp-of-nothing",
    kind="domain",
    phase="backward",
    title="the gradient of logsumexp over a row of -inf is nan",
    advice="use a finite floor instead of -inf: x.masked_fill(mask, torch.finfo(x.dtype).min)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.zeros(2, 2, requires_grad=True)\nmask = torch.tensor([[1, 1], [0, 1]]).bool()",
            bad="y = torch.logsumexp(x.masked_fill(mask, float('-inf')), 1)",
            good="y = torch.logsumexp(x.masked_fill(mask, torch.finfo(x.dtype).min), 1)",
            silent=("y = torch.logsumexp(x, 1)", "y = torch.logsumexp(x.masked_fill(mask, -1e4), 1)"),
        ),
    ),
)


@rule.matches("logsumexp")
def over_masked(op: Op) -> Bindings | None:
    match op:
        case Op("logsumexp", (Op("masked_fill", (x, mask, value)) as masked, dim, *_)) if value == -math.inf:
            return {"x": x, "mask": mask, "masked": masked, "dim": dim, "out": op}
        case Op("logsumexp", (masked, dim, *_)):
            return {"x": None, "mask": None, "masked": masked, "dim": dim, "out": op}
        case _:
            return None


@rule.reachable_when("mask")
def masks_everything(x: Any, mask: Any, masked: Any, dim: Any, out: Any) -> bool | None:
    """The diagonal alone leaves the others of a row."""
    return True if x is not None and not DIAGONAL.search(f"{source(mask)} {maker(mask)}") else None


@rule.bites_when
def row_of_nothing(x: Any, mask: Any, masked: Any, dim: Any, out: Any) -> str | None:
    before, after = stats(masked), stats(out)
    if before is None or after is None or not before.neginf or not after.neginf:
        return None
    rows = f"{after.neginf} of {after.numel} rows"
    return f"{rows} of `{source(masked)}` are -inf throughout: the gradient is exp(-inf + inf)"


@rule.fixed_by
def finite_floor(x: Any, mask: Any, masked: Any, dim: Any, out: Op) -> str | None:
    if x is None:
        return None
    keep = ", keepdim=True" if len(out.args) > 2 else ""
    floor = f"{atom(x)}.masked_fill({source(mask)}, torch.finfo({atom(x)}.dtype).min)"
    return f"torch.logsumexp({floor}, {source(dim)}{keep})"
