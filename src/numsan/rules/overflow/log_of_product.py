r"""## What it does

Finds the logarithm of a product (or cumulative product) of many factors.

## Why it is bad

The product of $n$ factors below 1 underflows: 0.5 to the power 150 is 0 in float32, to the power 25 in
float16. Its logarithm is `-inf`. The sum of logarithms, $\sum_i \log x_i$, has no such limit.

## Fix safety

Unsafe: for an even number of negative factors the product is positive and the sum of logarithms is `nan`.

## References

- N. Higham, *Accuracy and stability of numerical algorithms*, 2nd ed., 2002, section 27.8
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import infinite, source, zeros

SIZES = re.compile(r"shape|sizes?\b|numel|\bdims?\b")

rule = Rule(
    code="NS108",
    name="log-of-product",
    kind="underflow",
    title="a product of many factors underflows before its log is taken",
    advice="sum logarithms instead: torch.sum(torch.log(x), dim)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.full((200,), 0.5, requires_grad=True)",
            bad="y = torch.log(torch.prod(x))",
            good="y = torch.sum(torch.log(x))",
            silent=("y = torch.prod(x)", "y = torch.log(x).sum()"),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.full((2, 200), 0.5, requires_grad=True)",
            bad="y = x.cumprod(dim=1).log()",
            good="y = torch.cumsum(torch.log(x), 1)",
        ),
        Example(
            given="ps = [torch.tensor(0.5, requires_grad=True)] * 200",
            bad="p = 1.0\nfor q in ps:\n    p = p * q\ny = torch.log(p)",
            good="y = sum(torch.log(q) for q in ps)",
            silent=("t = 1.0\nfor q in ps:\n    t = t + q\ny = torch.log(t)",),
            run=False,
        ),
    ),
)


@rule.matches("log")
def of_a_product(op: Op) -> Bindings | None:
    match op:
        case Op("log", (Op("prod" | "cumprod", (x, *rest)) as product,)):
            return {"x": x, "rest": tuple(rest), "product": product}
        case Op("log", (Op("to", (Op("prod" | "cumprod", (x, *rest)) as product, _)),)):
            return {"x": x, "rest": tuple(rest), "product": product, "whole": True}
        case Op("log", (Op() as inner,)) if (product := _product_below(inner)) is not None:
            x = product.args[-1 if product.name == "recurrence" else 0]
            return {"x": x, "rest": None, "product": product}
        case _:
            return None


@rule.reachable_when()
def not_of_sizes(x: Any, rest: tuple[Any, ...] | None, product: Op, whole: bool = False) -> bool | None:
    """A product that is made a float afterwards was one of whole numbers, as one of a shape is."""
    return None if whole or SIZES.search(source(x)) else True


def _product_below(x: Op) -> Op | None:
    """A product that is summed, or one that a loop makes: `alpha = (alpha @ transition) * emission[t]`."""
    if x.name in ("recurrence", "prod", "cumprod"):
        return x
    if x.name not in ("view", "to", "index", "sum", "add", "clamp", "matmul", "maximum", "mean"):
        return None
    if x.name in ("sum", "mean") and isinstance(weighted := x.args[0], Op) and weighted.name == "mul":
        return next(
            (p for a in weighted.args if isinstance(a, Op) and (p := _product_below(a)) is not None), None
        )
    return next((p for a in x.args[:2] if isinstance(a, Op) and (p := _product_below(a)) is not None), None)


@rule.bites_when
def underflowed(x: Any, rest: tuple[Any, ...] | None, product: Op, whole: bool = False) -> str | None:
    if zeros(x) or not (zeros(product) or infinite(product)):
        return None
    return f"no factor of `{source(x)}` is 0, but their product leaves the format"


@rule.fixed_by
def summed(x: Any, rest: tuple[Any, ...] | None, product: Op, whole: bool = False) -> str | None:
    if rest is None:
        return None
    name = "sum" if product.name == "prod" else "cumsum"
    return f"torch.{name}({', '.join((f'torch.log({source(x)})', *map(source, rest)))})"
