r"""## What it does

Finds the sum of two additive masks that both hold `torch.finfo(dtype).min`.

## Why it is bad

The smallest number of a format plus itself is $-\infty$: below -65504 in float16, below -3.4e38 in float32
and bfloat16. A row that both masks hide everywhere is all `-inf`, and its softmax is `nan`.

## Fix safety

No automatic fix: the masks are best combined as booleans, before they become numbers.

## References

- https://github.com/huggingface/transformers/pull/17306
"""

from __future__ import annotations

import math
import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import infinite, largest, peel, source

ADDED = re.compile(r"(^|[._])(attention|attn|padding|key_padding|src|tgt)_(mask|bias)$")

rule = Rule(
    code="NS129",
    name="sum-of-mask-minima",
    kind="overflow",
    title="two masks of finfo.min add up to -inf",
    advice="combine the masks as booleans, or take torch.minimum(a, b) instead of a + b",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.zeros(2)\nm = torch.tensor([True, True])\nlow = torch.finfo(torch.float32).min",
            bad="a = x.masked_fill(m, torch.finfo(x.dtype).min)\nb = x.masked_fill(m, torch.finfo(x.dtype).min)\ny = a + b",
            good="a = x.masked_fill(m, torch.finfo(x.dtype).min)\nb = x.masked_fill(m, torch.finfo(x.dtype).min)\n"
            "y = torch.minimum(a, b)",
            silent=("y = x.masked_fill(m, torch.finfo(x.dtype).min) + x",),
        ),
    ),
)


@rule.matches("add")
def both(op: Op) -> Bindings | None:
    match op:
        case Op("add", (a, b)) if _minimum(a) and (_minimum(b) or _given(b)):
            return {"a": a, "b": b, "out": op}
        case _:
            return None


def _minimum(x: Any) -> bool:
    """A mask that holds the smallest number of its format, or scores that have got one."""
    match peel(x):
        case Op("masked_fill", (inner, _, value)):
            return _least(value) or _minimum(inner)
        case Op("full", (value,)):
            return _least(value)
        case Op("where" | "mul", args):
            return any(_least(a) for a in args)
        case Op("add", (a, b)):
            return _minimum(a) or _minimum(b)
        case _:
            return False


def _given(x: Any) -> bool:
    """A mask of the caller's that is added to scores: it is 0 and the smallest number, as the first one."""
    return isinstance(x, Leaf) and bool(ADDED.search(x.text))


def _least(x: Any) -> bool:
    if isinstance(x, Leaf):
        return "finfo" in x.text and x.text.endswith(".min")
    return isinstance(x, float) and -math.inf < x < -3.3e38


@rule.bites_when
def overflowed(a: Any, b: Any, out: Any) -> str | None:
    size = largest(a)
    if not infinite(out) or infinite(a) or infinite(b) or size is None:
        return None
    return f"`{source(a)}` and `{source(b)}` reach {-size:.4g}: their sum is -inf"
