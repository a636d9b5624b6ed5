r"""## What it does

Finds a mask constant that float16 cannot hold, as in `scores.masked_fill(mask, -1e9)`.

## Why it is bad

float16 ends at -65504. In half precision, or under float16 autocast, `masked_fill` raises and `where` gives
`-inf`: a row that is masked everywhere becomes `nan` instead of uniform. float32 and bfloat16 hold the
constant, so the code works until someone switches the format.

## Fix safety

Safe: `torch.finfo(x.dtype).min` is the smallest number of the tensor's own format, and masks in every one.

## References

- https://github.com/NVIDIA/apex/issues/93
- https://docs.pytorch.org/docs/stable/type_info.html#torch-finfo
"""

from __future__ import annotations

import math
import re
from typing import Any

from numsan.core import formats
from numsan.core.half import in_half, under_autocast
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, format_of, peel, source

FLOAT32_MIN = re.compile(r"\bfinfo\((\w+\.)*float32\)\.min$")
_INTEGERS = (2.0**31, 2.0**31 - 1, 2.0**63)  # of whole numbers

rule = Rule(
    code="NS124",
    name="mask-constant-beyond-half",
    kind="overflow",
    severity="info",
    safe=True,
    mended_by_width=True,
    title="a mask constant does not fit float16",
    advice="use torch.finfo(x.dtype).min, which fits every format",
    in_autocast=True,
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.zeros(1, 2).half()\nm = torch.ones(1, 2).bool()",
            bad="y = torch.where(m, -1e9, x)",
            good="y = torch.where(m, torch.finfo(x.dtype).min, x)",
            silent=("y = torch.where(m, -1e4, x)", "y = x.masked_fill(m, torch.finfo(x.dtype).min)"),
        ),
        Example(
            given="",
            bad="y = x.masked_fill(m == 0, -1e10)",
            good="y = x.masked_fill(m == 0, torch.finfo(x.dtype).min)",
            silent=("y = x.masked_fill(m == 0, float('-inf'))", "y = x.masked_fill(m, 1e9)"),
            run=False,
        ),
    ),
)


@rule.matches("masked_fill", "where")
def constant(op: Op) -> Bindings | None:
    match op:
        case Op("masked_fill", (x, mask, filled)):
            value, form = _constant(filled), "fill"
        case Op("where", (mask, filled, x)) if _constant(filled) is not None:
            value, form = _constant(filled), "first"
        case Op("where", (mask, x, filled)):
            value, form = _constant(filled), "second"
        case _:
            return None
    if value is None or not isinstance(x, Op | Leaf) or not math.inf > abs(value) > formats.of("float16").max:
        return None
    return {"x": x, "mask": mask, "value": value, "form": form}


def _constant(value: Any) -> float | None:
    """A number; a run sees it wrapped as a tensor of no dimension."""
    if isinstance(value, Leaf) and FLOAT32_MIN.search(value.text):
        return -formats.of("float32").max
    held = value.args[0] if isinstance(value, Op) and value.name in ("scalar_tensor", "full") else value
    return held if isinstance(held, float) else None


@rule.reachable_when()
def may_be_half(x: Any, mask: Any, value: float, form: str) -> bool | None:
    if abs(value) in _INTEGERS:
        return None
    if value > 0:
        return (
            True
            if form == "fill" and isinstance(mask, Leaf) and mask.text[-1:] == "]" and in_half(x)
            else None
        )
    if isinstance(peel(x), Op) and peel(x).name in ("amin", "amax"):
        return None  # a worst score, not the scores of an attention
    if isinstance(mask, Op) and (mask.name in ("isfinite", "isnan", "isinf") or value in mask.args):
        return None  # a value put in bounds, not positions hidden from a softmax
    cast = isinstance(x, Op) and x.name == "to" and x.args[-1] in ("float32", "float64")
    return not (cast or (value < -1e38 and not (under_autocast(x) or in_half(x))))


@rule.bites_when
def beyond(x: Any, mask: Any, value: float, form: str) -> str | None:
    own = format_of(x)
    if own is None or value >= -own.max:
        return None
    return f"{value:.4g} is beyond {-own.max:.4g}, the smallest {own.name}: masked positions become -inf"


@rule.fixed_by
def own_minimum(x: Any, mask: Any, value: float, form: str) -> str | None:
    least = f"torch.finfo({atom(x)}.dtype).min"
    if form == "fill":
        return f"{atom(x)}.masked_fill({source(mask)}, {least})"
    pair = (least, source(x)) if form == "first" else (source(x), least)
    return f"torch.where({source(mask)}, {', '.join(pair)})"
