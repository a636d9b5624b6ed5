r"""## What it does

Finds $\log\det A$ and $\log|\det A|$ computed from the determinant.

## Why it is bad

A determinant is a product of $n$ pivots: for a 128 x 128 matrix with pivots near 0.4, $0.4^{128} =
10^{-51}$ is 0 in float32 (largest 3.4e38, smallest 1.4e-45). The logarithm is then `-inf`, the gradient
$\det(A) A^{-T}/\det(A)$ `nan`.

## Fix safety

Safe: the same function, from the logarithms of the pivots.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.linalg.slogdet.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, infinite, largest, source, zeros

rule = Rule(
    code="NS109",
    name="log-of-determinant",
    kind="underflow",
    safe=True,
    title="a determinant leaves the format before its log is taken",
    advice="use torch.linalg.slogdet(A).logabsdet (or torch.logdet)",
    doc=__doc__,
    examples=(
        Example(
            given="A = (torch.eye(128) * 0.3).requires_grad_()",
            bad="y = torch.log(torch.abs(torch.det(A)))",
            good="y = torch.linalg.slogdet(A).logabsdet",
            silent=("y = torch.logdet(A)", "y = torch.det(A)"),
            right_to=1e-5,
        ),
        Example(
            given="A = (torch.eye(128) * 3.0).requires_grad_()",
            bad="y = torch.linalg.det(A).log()",
            good="y = torch.logdet(A)",
        ),
        Example(
            given="A = (torch.eye(128) * 0.3).requires_grad_()",
            bad="y = 0.5 * torch.log(2.0 * torch.det(A))",
            good="y = 0.5 * (0.6931472 + torch.linalg.slogdet(A).logabsdet)",
            right_to=1e-5,
        ),
    ),
)


@rule.matches("log")
def of_a_determinant(op: Op) -> Bindings | None:
    match op:
        case Op("log", (Op("abs", (Op("det", (a,)) as det,)),)):
            return {"a": a, "det": det, "absolute": True}
        case Op("log", (Op("det", (a,)) as det,)):
            return {"a": a, "det": det, "absolute": False}
        case Op("log", (Op() as x,)) if (det := _factor(x)) is not None:
            return {"a": det.args[0], "det": det, "absolute": None}
        case _:
            return None


def _factor(x: Op) -> Op | None:
    """A determinant times something, to a power, or behind an epsilon."""
    if x.name == "det":
        return x
    if x.name not in ("mul", "div", "pow", "add", "abs", "clamp", "sqrt", "view", "to", "maximum"):
        return None
    below = x.args[:2] if x.name in ("mul", "div", "add") else x.args[:1]
    return next((d for a in below if isinstance(a, Op) and (d := _factor(a)) is not None), None)


@rule.bites_when
def left_the_format(a: Any, det: Any, absolute: bool | None) -> str | None:
    form, size = format_of(det), largest(det)
    if infinite(det):
        return f"det of `{source(a)}` exceeds {form.max if form else 0:.4g}"
    if form is None or size is None:
        return None
    if zeros(det) or size < form.normal:
        return (
            f"|det| of `{source(a)}` is {size:.4g}, below {form.normal:.4g}, the smallest normal {form.name}"
        )
    return None


@rule.fixed_by
def from_pivots(a: Any, det: Any, absolute: bool | None) -> str | None:
    if absolute is None:
        return None
    return f"torch.linalg.slogdet({source(a)}).logabsdet" if absolute else f"torch.logdet({source(a)})"
