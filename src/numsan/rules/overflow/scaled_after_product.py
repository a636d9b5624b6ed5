r"""## What it does

Finds float16 products of queries and keys that are scaled after the product, `(q @ k.mT) * scale`.

## Why it is bad

float16 ends at 65504, and the scale comes too late: a product over $d = 256$ channels of activations of size 16 is
`inf`, `inf * scale` stays `inf`, and the softmax of it `nan`. With $d^{-1/2}$ on the queries, or $d^{-1/4}$ on both,
the same scores stay below the end of the format. bfloat16 and float32 have room.

## Fix safety

No automatic fix: the scores differ by rounding.

## References

- https://github.com/Stability-AI/stablediffusion/issues/89
- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.half import in_half
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import clean, format_of, infinite, source

QUERY = re.compile(r"\bq(uer(y|ies))?\d?\b|_q(uer(y|ies))?\b|\bq_", re.I)
SCALE = re.compile(r"scale|sqrt|norm_fact|\*\* *\(?-?0?\.5|dim|^\d+$", re.I)

rule = Rule(
    code="NS137",
    name="scaled-after-product",
    kind="overflow",
    mended_by_width=True,
    told_at="scores",
    title="float16 scores overflow before they are scaled",
    advice="scale the queries, (q * scale) @ k.mT, or use scaled_dot_product_attention",
    doc=__doc__,
    examples=(
        Example(
            given="q = torch.full((2, 256), 20.0).half()\nk = torch.full((3, 256), 20.0).half()\nscale = 256**-0.5",
            bad="y = (q.half() @ k.half().transpose(-2, -1)) * scale",
            good="y = (q.half() * scale) @ k.half().transpose(-2, -1)",
            silent=(
                "y = (q @ k.transpose(-2, -1)) * scale",
                "y = (q.half().float() @ k.float().transpose(-2, -1)) * scale",
            ),
        ),
    ),
)


@rule.matches("mul", "div")
def late(op: Op) -> Bindings | None:
    match op:
        case Op("mul" | "div", (Op("matmul" | "einsum") as scores, scale)):
            return {"q": scores.args[-2], "k": scores.args[-1], "scores": scores, "scale": scale}
        case _:
            return None


@rule.reachable_when()
def queries_in_half(q: Any, k: Any, scores: Op, scale: Any) -> bool | None:
    if not (QUERY.search(source(q)) and SCALE.search(source(scale))) or _scaled(q) or _scaled(k):
        return None
    return True if in_half(q) else None


def _scaled(x: Any) -> bool:
    return isinstance(x, Op) and any(op.name in ("mul", "div", "normalize") for op in x.walk())


@rule.bites_when
def exceeded(q: Any, k: Any, scores: Op, scale: Any) -> str | None:
    form = format_of(q, k)
    if form is None or not infinite(scores) or not (clean(q) and clean(k)):
        return None
    return f"`{source(q)}` and `{source(k)}` are finite, their products exceed {form.max:.4g} ({form.name})"
