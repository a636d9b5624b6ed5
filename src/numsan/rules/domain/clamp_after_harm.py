r"""## What it does

Finds a clamp that comes after the operation it should protect: `clamp(a / b, min=...)`, `clamp(log(x),
min=...)`.

## Why it is bad

A clamp keeps a `nan` (`0 / 0`), and where it replaces an infinity it sends a gradient of 0 into a
derivative of infinity: `0 * inf = nan`, in every format. The *argument* must be bounded.

## Fix safety

Unsafe: the lower bound moves to the argument; results above it stay the same.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.clamp.html
"""

from __future__ import annotations

import math
import re
from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, clean, format_of, most, number, source, usual, zeros
from numsan.core.zero import reaches_zero

OWN = re.compile(r"^self\.|log_?prob")  # a learned number, a probability

rule = Rule(
    code="NS313",
    name="clamp-after-harm",
    kind="domain",
    phase="backward",
    told_at="made",
    title="a clamp after exp, log or a division comes too late for the gradient",
    advice="bound the argument instead: torch.log(x.clamp(min=1e-30)), a / b.clamp(min=1e-12)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([0.0, 2.0], requires_grad=True)",
            bad="y = torch.clamp(torch.log(x), min=-100)",
            good="y = torch.log(torch.clamp(x, min=3.720075976020836e-44))",
            silent=("y = torch.clamp(torch.log(x + 1e-6), min=-100)", "y = torch.clamp(x, min=-100)"),
        ),
        Example(
            given="a = torch.tensor([0.0, 2.0])\nweights = torch.tensor([[0.0], [1.0]], requires_grad=True)",
            bad="y = torch.clamp(a / weights.sum(-1), min=1e-10)",
            good="y = torch.clamp(a / torch.clamp(weights.sum(-1), min=1e-12), min=1e-10)",
            silent=(
                "y = torch.clamp(a / (weights.sum(-1) + 1e-8), min=1e-10)",
                "y = torch.clamp(a / 2, min=0)",
            ),
        ),
        Example(
            given="x = torch.tensor([0.0, 95.0], requires_grad=True)",
            bad="y = torch.clamp(x.exp(), max=1e6)",
            good="y = torch.exp(torch.clamp(x, max=13.815510557964274))",
            silent=("y = torch.clamp(torch.exp(-x.abs()), max=1e6)",),
        ),
    ),
)


@rule.matches("clamp", "minimum")
def too_late(op: Op) -> Bindings | None:
    match op:
        case Op("clamp", (Op("log", (x,)), low)) if number(low):
            return {"x": x, "above": None, "low": low}
        case Op("clamp", (Op("exp", (x,)), _, high)) | Op("minimum", (Op("exp", (x,)), high)):
            most_of = high.default if isinstance(high, Leaf) else high
            return {"x": x, "above": "exp", "low": most_of} if number(most_of) else None
        case Op("clamp", (Op("rsqrt", (x,)) as made, None, high)) | Op(
            "minimum", (Op("rsqrt", (x,)) as made, high)
        ) if usual(high) is not None:
            return {"x": x, "above": "root", "low": high, "made": made}
        case Op("clamp", (Op("div", (1 | 1.0, x)), None, high)) | Op(
            "minimum", (Op("div", (1 | 1.0, x)), high)
        ) if number(high) and not number(x):
            return {"x": x, "above": "reciprocal", "low": high}
        case Op("clamp", (Op("div", (above, x)), low, *_)) if number(low) and not number(x):
            return {"x": x, "above": above, "low": low}
        case _:
            return None


@rule.reachable_when("x")
def unguarded(x: Any, above: Any, low: float, made: Any = None) -> bool | None:
    if above == "exp":
        return None if interval(x)[1] <= 88 or low <= 0 or not _free(x) else True
    if reaches_zero(x) is False:
        return False
    if above in ("reciprocal", "root"):
        return True if isinstance(x, Leaf | Op) else None  # nobody bounds what cannot become large
    if above is not None:
        return True if low > 0 and isinstance(x, Op) and x.name in ("sum", "norm", "std") else reaches_zero(x)
    return True if isinstance(x, Op | Leaf) else None


def _free(x: Any) -> bool:
    """A name, or a sum of layers, which nothing bounds."""
    if isinstance(x, Leaf):
        return not OWN.search(x.text)
    return isinstance(x, Op) and x.name == "add" and interval(x) == (-math.inf, math.inf)


@rule.bites_when
def singular(x: Any, above: Any, low: float, made: Any = None) -> str | None:
    if above == "exp":
        top, form = most(x), format_of(x)
        if top is None or form is None or top <= form.exp_limit:
            return None
        return f"`{source(x)}` reaches {top:.4g}: exp is inf, and the gradient of the clamp 0 * inf"
    n = zeros(x)
    if not n or not clean(x):
        return None
    what = "the clamp keeps 0 / 0 = nan" if above is not None and zeros(above) else "the gradient is 0 * inf"
    return f"`{source(x)}` is 0 in {n} place{'s' if n > 1 else ''}: {what}"


@rule.fixed_by
def earlier(x: Any, above: Any, low: float, made: Any = None) -> str | None:
    if above == "exp":
        return f"torch.exp(torch.clamp({source(x)}, max={math.log(low)}))"
    if above == "reciprocal":
        return f"1 / torch.clamp({source(x)}, min={1 / low:.4g})" if low > 0 else None
    if above == "root":
        return None
    if above is not None:
        return f"torch.clamp({atom(above)} / torch.clamp({source(x)}, min=1e-12), min={low})"
    return f"torch.log(torch.clamp({source(x)}, min={math.exp(low)}))"
