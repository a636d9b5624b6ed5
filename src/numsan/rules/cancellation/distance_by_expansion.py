r"""## What it does

Finds squared distances computed as $|a|^2 + |b|^2 - 2a\cdot b$.

## Why it is bad

Three numbers near $|a|^2$ cancel: the result has an absolute error of $\epsilon|a|^2$, so two points closer
than $\sqrt\epsilon|a|$ (3.5e-4 of their length in float32, 3e-2 in float16) get a random distance, often a
negative one, whose root is `nan`.

## Fix safety

Unsafe: `torch.cdist(a, b) ** 2` is the same quantity, but may use another algorithm and more memory; pass
`compute_mode="donot_use_mm_for_euclid_dist"` for the direct differences.

## References

- https://github.com/pytorch/pytorch/issues/42479
- https://docs.pytorch.org/docs/stable/generated/torch.cdist.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, most, same, source, stats

TRANSPOSED = re.compile(r"^[\w.]+\.(m?T|t\(\)|mH|(transpose|permute)\([^()]*\))$")
REMEMBERED = re.compile(r"(^|[._])(sq|squares?|squared|norms?_?(sq|squared|2)|sq(uared)?_norms?)_?(\[|$)")

rule = Rule(
    code="NS209",
    name="distance-by-expansion",
    kind="cancellation",
    mended_by_clamp=True,
    mended_by_ranking=True,
    title="|a|^2 + |b|^2 - 2ab cancels for points that are close together",
    advice="use torch.cdist, or clamp before the root: (a2 + b2 - 2 * a @ b.T).clamp(min=0)",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.linspace(99.0, 101.0, 6).reshape(2, 3)\nb = a + 1e-3",
            bad="y = (a**2).sum(1, keepdim=True) + (b**2).sum(1) - 2 * a @ b.T",
            good='y = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist") ** 2',
            silent=(
                "y = (a**2).sum(1, keepdim=True) + (b**2).sum(1)",
                "d = (a**2).sum(1, keepdim=True) + (b**2).sum(1) - 2 * a @ b.T\ny = d.clamp(min=0)",
            ),
            wrong_by=10.0,
            right_to=0.01,
        ),
        Example(
            given="a = torch.linspace(99.0, 101.0, 6).reshape(2, 3)\nb = a + 1e-3",
            bad="y = -2 * torch.matmul(a, b.T) + (a * a).sum(1)[:, None] + (b * b).sum(1)",
            good='y = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist") ** 2',
            wrong_by=10.0,
            right_to=0.01,
            run=False,
        ),
    ),
)


@rule.matches("sub", "add")
def expanded(op: Op) -> Bindings | None:
    if op.name == "add":
        return _summed(op)
    match op:
        case Op("sub", (Op("add", (aa, bb)), twice)) if _is_twice_product(twice):
            a, b = _squared(aa), _squared(bb)
            return None if a is None or b is None else {"a": a, "b": b, "norms": aa, "out": op}
        case _:
            return None


def _summed(op: Op) -> Bindings | None:
    """`-2 * a @ b.T + a2 + b2`, in any order."""
    terms = list(_terms(op))
    squares = [a for t in terms if (a := _squared(t)) is not None]
    products = [t for t in terms if _is_twice_product(t)]
    if len(terms) != 3 or len(squares) != 2 or len(products) != 1:
        return None
    return {"a": squares[0], "b": squares[1], "norms": terms[0], "out": op}


def _terms(op: Any) -> Iterator[Any]:
    held = op
    while isinstance(held, Op) and held.name == "view":
        held = held.args[0]
    if isinstance(held, Op) and held.name == "add" and len(held.args) == 2:
        yield from _terms(held.args[0])
        yield from _terms(held.args[1])
    else:
        yield op


def _is_twice_product(op: Any) -> bool:
    match op:
        case Op("mul", (-2 | -2.0, Op("matmul")) | (Op("matmul"), -2 | -2.0)):
            return True
        case Op("matmul", (Op("mul", (-2 | -2.0, _) | (_, -2 | -2.0)), _)):
            return True
        case Op("mul", (2 | 2.0, Op("matmul")) | (Op("matmul"), 2 | 2.0)):
            return True
        case Op("matmul", (Op("mul", (2 | 2.0, _) | (_, 2 | 2.0)), _)):
            return True
        case _:
            return False


def _squared(op: Any) -> Any:
    """`a` of `(a**2).sum(...)`, through views."""
    while isinstance(op, Op) and op.name == "view":
        op = op.args[0]
    if isinstance(op, Leaf) and REMEMBERED.search(op.text):
        return op
    match op:
        case Op("sum", (Op("pow", (a, 2 | 2.0)), *_)):
            return a
        case Op("sum", (Op("mul", (a, other)), *_)) if same(a, other):
            return a
        case Op("matmul", (a, other)) if _transposed(a, other):
            return a  # the diagonal of `a @ a.T`
        case _:
            return None


def _transposed(a: Any, b: Any) -> bool:
    name = source(b)
    return name.startswith(f"{source(a)}.") and bool(TRANSPOSED.search(name))


@rule.bites_when
def cancelled(a: Any, b: Any, norms: Any, out: Any) -> str | None:
    form, size, seen = format_of(out), most(norms), stats(out)
    if form is None or size is None or seen is None:
        return None
    nearest = 0.0 if seen.zeros else seen.tiny or 0.0
    if nearest > form.eps * size:
        return None
    lengths = f"squared lengths of `{source(a)}` and `{source(b)}` reach {size:.4g}"
    return f"{lengths}, a squared distance of {nearest:.4g} is rounding error in {form.name}"
