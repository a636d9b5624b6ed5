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

import re
from collections.abc import Iterator
from typing import Any

from numsan.core.bounds import EPSILON
from numsan.core.made import drawn, gridded, of_one_signal
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import number, peel, same, source, zeros
from numsan.core.zero import reaches_zero

# names that stand for a positive number or the size of an image
QUATERNION = re.compile(r"(^|[._])quat(ernion)?s?(_\w+)?$", re.I)
UPDATE = re.compile(r"(^|[._])updates?$")
SCALE = re.compile(r"sigma|scale|config|std|noise|(^|[._])([hHwWdDnN]|height|width|radius)$")

# positions and scales, and activations of learned layers, which are not exactly zero
GRID = re.compile(r"grid|scale|tril|std|^ind|freq|hidden|embed|^tensor$", re.I)

COLUMN = re.compile(r"\[(\.\.\.|:), ?-?\d\]$")

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
        Example(
            given="u = torch.tensor([0.0, 3.0], requires_grad=True)\nv = torch.tensor([0.0, 4.0])",
            bad="y = torch.sqrt((u - 0.0) ** 2 + (v - 0.0) ** 2)",
            good="y = torch.sqrt(torch.clamp((u - 0.0) ** 2 + (v - 0.0) ** 2, min=1e-12))",
            silent=("y = torch.sqrt(u**2 + v**2 + 1e-12)", "y = torch.sqrt(u**2 + 1.0)"),
            run=False,
        ),
        Example(
            given="x = torch.zeros(1, 4, requires_grad=True)",
            bad="y = x.square().mean(-1).sqrt()",
            good="y = torch.sqrt(torch.clamp(x.square().mean(-1), min=1e-12))",
            run=False,
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
        case Op("sqrt", (Op() as total,)) if (base := _summed(total)) is not None:
            return {"x": base, "rest": None, "total": total}
        case _:
            return None


def _summed(x: Any) -> Any:
    """What is squared in a sum, a mean or a filtering of squares; a root of one square is an absolute value."""
    match x:
        case Op("sum" | "mean" | "view" | "index" | "to", (Op() as inner, *_)):
            return _squared(inner) or _summed(inner)
        case Op("matmul", (a, b)):
            return _squared(b) or _squared(a) or _summed(peel(b))
        case Op("add", (_, _)):
            return _of_terms([_squared(term) or _summed(term) for term in _terms(x)])
        case _:
            return None


def _of_terms(bases: list[Any]) -> Any:
    """Of a sum of squares; sizes and slopes of which nobody says that they vanish together are left out."""
    held = [peel(b) for b in bases]
    if any(isinstance(b, Leaf) and EPSILON.search(b.text) for b in bases):
        return None
    if None in bases or any(isinstance(b, Op) and b.name in ("where", "clamp") for b in held):
        return None
    if any(isinstance(b, Op) and reaches_zero(b) is False for b in held):
        return None  # `(dx + eps) ** 2 + (dy + eps) ** 2`
    if all(
        same(peel(b, "neg"), held[0]) and isinstance(held[0], Op) and held[0].name == "div" for b in bases
    ):
        return None  # components of one normalised vector
    names = [b for b in bases if isinstance(b, Leaf)]
    if len(names) == len(bases) and all(b.call is not None and b.call[0] == "unbind" for b in names):
        return bases[0]  # the numbers of one vector
    averaged = [b for b in held if isinstance(b, Op) and b.name == "mean" and isinstance(b.args[0], Leaf)]
    if len(names) == len(bases) == 2 and _parts_of_one(names[0].text, names[1].text):
        return bases[0]
    if any(SCALE.search(b.text) for b in names):
        return None
    if len(bases) == 2 and len(names) + len(averaged) == 2 and not of_one_signal(*bases):
        return None
    return bases[0]


def _parts_of_one(a: str, b: str) -> bool:
    """`z.real` and `z.imag`, the columns of one array."""
    one, other = a.rpartition("."), b.rpartition(".")
    if {one[2], other[2]} in ({"real", "imag"}, {"re", "im"}, {"u", "v"}, {"vx", "vy"}):
        return one[0] == other[0]
    return (
        a != b and a.partition("[")[0] == b.partition("[")[0] and bool(COLUMN.search(a) and COLUMN.search(b))
    )


def _terms(x: Any) -> Iterator[Any]:
    if isinstance(x, Op) and x.name == "add" and len(x.args) == 2:
        yield from _terms(x.args[0])
        yield from _terms(x.args[1])
    else:
        yield x


def _squared(x: Any) -> Any:
    match x:
        case Op("pow", (base, 2 | 2.0)):
            return base
        case Op("mul", (a, b)) if same(a, b):
            return a
        case Op("view" | "to" | "index", (inner, *_)):
            return _squared(inner)
        case _:
            return None


@rule.reachable_when("total")
def unguarded(x: Any, rest: tuple[Any, ...] | None, total: Any) -> bool | None:
    """Not for what an exponential keeps above zero, nor for a grid of positions."""
    if (
        isinstance(peel(x), Op)
        and peel(x).name == "where"
        and any(number(a) or _ones(a) for a in peel(x).args[1:])
    ):
        return None  # zero vectors have been replaced
    if isinstance(x, Leaf) and x.text == "g":
        return None  # `for g in grads`: of a clipping
    if isinstance(x, Leaf) and (QUATERNION.search(x.text) or UPDATE.search(x.text)):
        return None  # a rotation: of length 1; of an optimizer: nobody differentiates it
    positive = isinstance(x, Op) and any(op.name in ("exp", "softplus", "arange") for op in x.walk())
    made = positive or drawn(x) or gridded(x)
    return None if made or any(GRID.search(name) for name in _names(x)) else True


def _ones(x: Any) -> bool:
    return isinstance(x, Op) and x.name == "ones"


def _names(x: Any) -> list[str]:
    """What `x` is computed from, where it is computed by sums, products, views and casts alone."""
    if isinstance(x, Op) and x.name in ("view", "to", "index", "add", "sub", "mul"):
        return [name for a in x.args[: 2 if x.name == "mul" else 1] for name in _names(a)]
    return [x.text] if isinstance(x, Leaf) else []


@rule.bites_when
def zero_vector(x: Any, rest: tuple[Any, ...] | None, total: Any) -> str | None:
    n = zeros(total) if rest is not None else 0
    return (
        f"`{source(x)}` holds {n} zero vector{'s' if n > 1 else ''}: the derivative of sqrt at 0 is inf"
        if n
        else None
    )


@rule.fixed_by
def vector_norm(x: Any, rest: tuple[Any, ...] | None, total: Any) -> str | None:
    if rest is None:
        return f"torch.sqrt(torch.clamp({source(total)}, min=1e-12))"
    words = [f"{name}={source(value)}" for name, value in zip(("dim", "keepdim"), rest, strict=False)]
    return f"torch.linalg.vector_norm({', '.join([source(x), *words])})"
