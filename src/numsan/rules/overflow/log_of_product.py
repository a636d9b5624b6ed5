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

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import infinite, source, zeros

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
    ),
)


@rule.matches("log")
def of_a_product(op: Op) -> Bindings | None:
    match op:
        case Op("log", (Op("prod" | "cumprod", (x, *rest)) as product,)):
            return {"x": x, "rest": tuple(rest), "product": product}
        case _:
            return None


@rule.bites_when
def underflowed(x: Any, rest: tuple[Any, ...], product: Op) -> str | None:
    if zeros(x) or not (zeros(product) or infinite(product)):
        return None
    return f"no factor of `{source(x)}` is 0, but their product leaves the format"


@rule.fixed_by
def summed(x: Any, rest: tuple[Any, ...], product: Op) -> str | None:
    name = "sum" if product.name == "prod" else "cumsum"
    return f"torch.{name}({', '.join((f'torch.log({source(x)})', *map(source, rest)))})"
