r"""## What it does

Finds a softmax over raw dot products of queries and keys.

## Why it is bad

The dot product of two $d$-dimensional vectors with unit variance has standard deviation $\sqrt d$: for $d =
256$ the scores spread over +-48, the softmax is one-hot and passes no gradient. In float16 the scores
exceed 65504 as soon as activations reach about 16 at $d = 256$, and the softmax is `nan`.

## Fix safety

No automatic fix: the scale changes the model.

## References

- A. Vaswani et al., *Attention is all you need*, 2017, https://arxiv.org/abs/1706.03762, section 3.2.1
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import clean, format_of, infinite, source

TRANSPOSED = re.compile(r"transpose\(|\.m?T\b|permute\(|\.t\(\)|mT\b")
QUERY = re.compile(r"\bq(uer(y|ies))?\w*\b", re.I)

rule = Rule(
    code="NS113",
    name="unscaled-attention-scores",
    kind="overflow",
    title="attention scores are not divided by the square root of the dimension",
    advice="scale before the product, (q * q.shape[-1] ** -0.5) @ k.mT, or use scaled_dot_product_attention",
    doc=__doc__,
    examples=(
        Example(
            given="q = torch.full((2, 256), 20.0).half()\nk = torch.full((3, 256), 20.0).half()",
            bad="y = torch.softmax(q @ k.transpose(-2, -1), dim=-1)",
            good="y = torch.softmax((q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1), dim=-1)",
            silent=(
                "y = torch.softmax(q @ k.transpose(-2, -1) / 16.0, dim=-1)",
                "q = q * 0.0625\ny = torch.softmax(q @ k.transpose(-2, -1), dim=-1)",
            ),
        ),
    ),
)


@rule.matches("softmax")
def raw_products(op: Op) -> Bindings | None:
    match op:
        case Op("softmax", (Op("matmul", (q, k)) as scores, *_)):
            return {"q": q, "k": k, "scores": scores}
        case Op("softmax", (Op("einsum", (str(), q, k)) as scores, *_)):
            return {"q": q, "k": k, "scores": scores}
        case _:
            return None


@rule.reachable_when()
def named_so(q: Any, k: Any, scores: Op) -> bool | None:
    if isinstance(q, Op) and any(op.name in ("mul", "div", "normalize") for op in q.walk()):
        return False
    if isinstance(q, Leaf) and q.call is not None and q.call[0] == "unbind":
        return None  # numbers, not vectors
    transposed = scores.name == "einsum" or bool(TRANSPOSED.search(source(k)))
    return True if transposed and QUERY.search(source(q)) else None


@rule.bites_when
def exceeded(q: Any, k: Any, scores: Op) -> str | None:
    form = format_of(q, k)
    if form is None or not infinite(scores) or not (clean(q) and clean(k)):
        return None
    return (
        f"`{source(q)}` and `{source(k)}` are finite, but their products exceed {form.max:.4g} ({form.name})"
    )
