r"""## What it does

Finds the Euclidean norm written as `sqrt(sum(x ** 2))`.

## Why it is bad

At the zero vector the root's derivative is infinite and the square's is zero: the gradient is `inf * 0 =
nan` in every format. `torch.linalg.vector_norm` returns the subgradient 0 there. By squares the norm also
overflows from 1.8e19 on in float32, from 256 in float16.

## Fix safety

Unsafe: the value and the first gradient are the same where they were finite, but a *second* gradient (a
gradient penalty) at the zero vector stays `nan`: add an epsilon inside the root there.

## References

- J. Blue, *A portable Fortran program to find the Euclidean norm of a vector*, ACM TOMS 4(1), 1978,
  https://doi.org/10.1145/355769.355771
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import same, source, zeros

rule = Rule(
    code="NS402",
    name="norm-by-hand",
    kind="domain",
    phase="backward",
    title="sqrt(sum(x**2)) has a nan gradient at the zero vector",
    advice="use torch.linalg.vector_norm(x, dim=dim); in a gradient penalty, sqrt((x**2).sum(dim) + 1e-12)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)",
            bad="y = torch.sqrt(torch.sum(x**2, dim=1))",
            good="y = torch.linalg.vector_norm(x, dim=1)",
            silent=(
                "y = torch.sqrt(torch.sum(x**2, dim=1) + 1e-12)",
                "y = torch.linalg.vector_norm(x, dim=1)",
            ),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)",
            bad="y = (x * x).sum(-1, keepdim=True) ** 0.5",
            good="y = torch.linalg.vector_norm(x, dim=-1, keepdim=True)",
        ),
    ),
)


@rule.matches("sqrt")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("sqrt", (Op("sum", (Op("pow", (x, 2 | 2.0)), *rest)) as total,)):
            return {"x": x, "rest": tuple(rest), "total": total}
        case Op("sqrt", (Op("sum", (Op("mul", (x, other)), *rest)) as total,)) if same(x, other):
            return {"x": x, "rest": tuple(rest), "total": total}
        case _:
            return None


@rule.reachable_when("total")
def unguarded(x: Any, rest: tuple[Any, ...], total: Any) -> bool | None:
    return True


@rule.bites_when
def zero_vector(x: Any, rest: tuple[Any, ...], total: Any) -> str | None:
    n = zeros(total)
    return (
        f"`{source(x)}` holds {n} zero vector{'s' if n > 1 else ''}: the derivative of sqrt at 0 is inf"
        if n
        else None
    )


@rule.fixed_by
def vector_norm(x: Any, rest: tuple[Any, ...], total: Any) -> str | None:
    words = [f"{name}={source(value)}" for name, value in zip(("dim", "keepdim"), rest, strict=False)]
    return f"torch.linalg.vector_norm({', '.join([source(x), *words])})"
