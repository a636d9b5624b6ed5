r"""## What it does

Finds an additive mask such as `(1 - mask) * -1e9` in float16.

## Why it is bad

float16 ends at -65504, so -1e9 is `-inf`. A row in which every position is masked is then all `-inf`, and
its softmax `nan`; two such masks added, or a mask multiplied once more, give `inf - inf` and `0 * inf`.
With a finite constant the row would be uniform. float32 and bfloat16 hold -1e9.

## Fix safety

Unsafe: half of the format's minimum is a different constant, which matters only where every position is
masked.

## References

- https://docs.pytorch.org/docs/stable/type_info.html#torch-finfo
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core import formats
from numsan.core.bounds import MASKISH
from numsan.core.half import in_half as cast_to_half
from numsan.core.op import Leaf, Op, leaves
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, number, source

HIDING = re.compile(rf"{MASKISH.pattern}|pad", re.I)

rule = Rule(
    code="NS112",
    name="mask-constant-beyond-format",
    kind="overflow",
    mended_by_width=True,
    title="a mask constant does not fit float16 and becomes -inf",
    advice="use a constant of the tensor's own format: torch.finfo(scores.dtype).min / 2",
    doc=__doc__,
    examples=(
        Example(
            given="s = torch.zeros(1, 2)\nm = torch.zeros(1, 2)",
            bad="y = s.half() + (1.0 - m.half()) * -1e9",
            good="y = s.half() + (1.0 - m.half()) * -3e4",
            fixed="y = s.half() + (1.0 - m.half()) * (torch.finfo(torch.float16).min / 2)",
            silent=("y = s + (1.0 - m) * -1e9", "y = (1.0 - m.half()) * -1e4"),
        ),
        Example(
            given="s = torch.zeros(1, 2)\nm = torch.zeros(1, 2)",
            bad="y = s.half() - ((1.0 - m) * 1e12).half()",
            good="y = s.half() - ((1.0 - m) * 1e4).half()",
            static=False,
            run=False,
        ),
        Example(
            given="s = torch.zeros(1, 2).half()\nmask = torch.ones(1, 2).half()",
            bad="y = s.half() - 1e30 * mask.half()",
            good="y = s.half() - 3e4 * mask.half()",
            silent=("y = s - 1e30 * mask",),
            run=False,
        ),
    ),
)


@rule.matches("mul", "add", "sub")
def additive_mask(op: Op) -> Bindings | None:
    match op:
        case Op("add" | "sub", (scores, Op("mul", _) as term)) if (
            cast_to_half(scores, names=False) and (found := additive_mask(term)) is not None
        ):
            return {**found, "scores": scores}
        case Op("add" | "sub" as name, (scores, Op("mul", (p, q)))):
            value, mask = (p, q) if number(p) else (q, p)
            if not number(value) or not HIDING.search(source(mask)) or (value < 0) is (name == "sub"):
                return None
            return {"mask": mask, "inverted": mask, "value": value, "scores": scores}
        case Op("mul", (Op("sub", (1 | 1.0, mask)) as inverted, value)) if number(value):
            return {"mask": mask, "inverted": inverted, "value": value}
        case Op("mul", (value, Op("sub", (1 | 1.0, mask)) as inverted)) if number(value):
            return {"mask": mask, "inverted": inverted, "value": value}
        case _:
            return None


@rule.reachable_when()
def in_half(mask: Any, inverted: Any, value: float, scores: Any = None) -> bool | None:
    if abs(value) <= formats.of("float16").max or value in (float("inf"), float("-inf")):
        return False
    if scores is None:
        return True if cast_to_half(mask, names=False) else None
    told = [leaf.half for x in (scores, mask) if isinstance(x, Op | Leaf) for leaf in leaves(x)]
    widened = isinstance(scores, Op) and scores.name == "to" and scores.args[-1] in ("float32", "float64")
    return True if cast_to_half(scores, names=False) or ("model" in told and not widened) else None


@rule.bites_when
def beyond(mask: Any, inverted: Any, value: float, scores: Any = None) -> str | None:
    form = format_of(inverted)
    if form is None or abs(value) <= form.max:
        return None
    return f"{value:.4g} is beyond {form.max:.4g}, the largest {form.name}: the mask is -inf"


@rule.fixed_by
def own_constant(mask: Any, inverted: Any, value: float, scores: Any = None) -> str | None:
    if scores is not None:
        return None
    return f"({source(inverted)}) * (torch.finfo(torch.float16).min / 2)" if value < 0 else None
