r"""## What it does

Finds a square root whose argument can be exactly zero, where a gradient flows.

## Why it is bad

$\frac{d}{dx}\sqrt x = \frac{1}{2\sqrt x}$ is infinite at 0, and the chain rule multiplies it with the zero
derivative of what made the argument: `inf * 0 = nan`, in every format. The forward value 0 is fine. An
epsilon added *outside* the root does not help. Below 0 the value itself is `nan`. JAX, TensorFlow and Keras
differentiate `std` as the root of `var` (write `sqrt(var(x) + eps)`); `torch.std` has a derivative of 0 where all
elements are equal.

## Fix safety

Unsafe: arguments below 1e-12 are raised to 1e-12 and get no gradient.

## References

- https://docs.pytorch.org/docs/stable/notes/autograd.html#gradients-for-non-differentiable-functions
- https://github.com/jax-ml/jax/issues/11716
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import interval
from numsan.core.deviations import rooted, trained_through
from numsan.core.op import Leaf, Op, leaves
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.squares import squares
from numsan.core.values import clean, least, same, source, zeros
from numsan.core.zero import reaches_zero

COSINE = re.compile(r"cos|dot|sim", re.I)

rule = Rule(
    code="NS401",
    name="sqrt-at-zero",
    kind="domain",
    phase="backward",
    title="the derivative of sqrt at 0 is infinite",
    advice="bound the argument inside the root: torch.sqrt(x.clamp(min=1e-12)) or torch.sqrt(x + 1e-12)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([0.0, 4.0], requires_grad=True)",
            bad="y = torch.sqrt(x.clamp(min=0))",
            good="y = torch.sqrt(torch.clamp(x.clamp(min=0), min=1e-12))",
            silent=("y = torch.sqrt(torch.relu(x) + 1e-8)", "y = torch.sqrt(x.exp() + 1.0)"),
        ),
        Example(
            given="x = torch.tensor([[2.0, 2.0]], requires_grad=True)",
            bad="y = x.var(1).sqrt()",
            good="y = x.var(1).clamp(min=1e-12).sqrt()",
            fixed="y = torch.sqrt(torch.clamp(x.var(1), min=1e-12))",
        ),
        Example(
            given="",
            bad="import jax.numpy as jnp\n\n\ndef normalize(x):\n    return x / (jnp.std(x) + 1e-6)",
            good="import jax.numpy as jnp\n\n\ndef normalize(x):\n    return x / jnp.sqrt(jnp.var(x) + 1e-6)",
            silent=(
                "import jax.numpy as jnp\n\n\ndef summary(x):\n    return jnp.std(x)",
                "def normalize(x):\n    return x / (torch.std(x) + 1e-6)",
            ),
            run=False,
        ),
        Example(
            given="a = torch.tensor([1.0, 2.0], requires_grad=True)\nb = torch.tensor([1.0, 4.0])",
            bad="gap = (a - b) ** 2\ny = torch.sqrt(gap)",
            good="gap = (a - b) ** 2\ny = torch.sqrt(torch.clamp(gap, min=1e-12))",
        ),
        Example(
            given="cosine = torch.tensor([1.0, 0.5], requires_grad=True)",
            bad="y = torch.sqrt(1.0 - cosine**2)",
            good="y = torch.sqrt(torch.clamp(1.0 - cosine**2, min=1e-12))",
        ),
    ),
)


@rule.matches("sqrt", "std")
def root(op: Op) -> Bindings | None:
    if op.name == "std":
        return {"x": op} if rooted(op) else None
    return {"x": op.args[0]}


@rule.reachable_when("x")
def can_be_zero(x: Any) -> bool | None:
    if isinstance(x, Op) and x.name == "std":
        return True if trained_through(x) else None
    if isinstance(x, Op) and x.name == "relu":
        return None  # relu's own gradient at 0 is a selected 0, not a product
    if isinstance(x, Op) and x.name in ("sum", "mean") and squares(x.args[0]):
        return None  # norm-by-hand knows more about those
    if {leaf.text for leaf in leaves(x)} == {"g"}:
        return None  # `for g in grads`: of a clipping
    if _sine(x) or _chord(x):
        return True
    known = reaches_zero(x)
    shared = x.args[0] if isinstance(x, Op) and x.name == "div" else x  # by a count
    if known is None and interval(shared)[0] == 0 and _from_difference(shared):
        return True
    return known


def _chord(x: Any) -> bool:
    """`2 - 2 * cos`, the squared distance of two unit vectors: 0 where they are one, and below it by rounding."""
    match x:
        case Op("clamp", (inner, low, *_)) if low in (0, 0.0):
            return _chord(inner)
        case Op("add", (inner, Leaf(text=text))) if "eye" in text:
            return _chord(inner)
        case Op("sub", (2 | 2.0, Op("mul", (2 | 2.0, _) | (_, 2 | 2.0)))):
            return True
        case _:
            return False


def _sine(x: Any) -> bool:
    """`1 - cos**2`: exactly 0 for parallel vectors, and below 0 by rounding."""
    match x:
        case Op("clamp", (inner, low, *_)) if low in (0, 0.0):
            return _sine(inner)
        case Op("sub", (1 | 1.0, Op("pow", (c, 2 | 2.0)))):
            return _cosine(c)
        case Op("sub", (1 | 1.0, Op("mul", (c, other)))) if same(c, other):
            return _cosine(c)
        case Op("sub", (1 | 1.0, rest)):
            return _two_squares(rest)
        case _:
            return False


def _two_squares(x: Any) -> bool:
    """`x**2 + y**2`, perhaps scaled: outside of the unit circle, of what is propagated."""
    match x:
        case Op("mul", (scale, Op() as inner)) if isinstance(scale, Leaf | int | float) or squares(scale):
            return _two_squares(inner)
        case Op("add", (p, q)):
            return squares(p) and squares(q)
        case _:
            return False


def _cosine(c: Any) -> bool:
    return bool(COSINE.search(source(c))) or interval(c) == (-1.0, 1.0)


def _from_difference(x: Any) -> bool:
    """Squares and absolute values of differences are zero where the two agree."""
    match x:
        case Op("abs", (Leaf(call=None),)):
            return True  # of any sign, and nobody has said that it is not 0
        case Op("pow" | "abs", (inner, *_)):
            return isinstance(inner, Op) and inner.name == "sub"
        case Op("mul", (a, b)) if a is b or a == b:
            return isinstance(a, Op) and a.name == "sub"
        case Op("sum" | "mean" | "view" | "index" | "to" | "clamp", (inner, *_)):
            return _from_difference(inner)
        case Op("add", (a, b)):
            return _from_difference(a) and _from_difference(b)
        case _:
            return False


@rule.bites_when
def is_zero(x: Any) -> str | None:
    low = least(x)
    if low is None or not clean(x):
        return None
    if low < 0:
        return f"`{source(x)}` falls to {low:.4g}: the square root of a negative number is nan"
    n = zeros(x)
    return (
        f"`{source(x)}` is exactly 0 in {n} element{'s' if n > 1 else ''}: the derivative of sqrt is inf"
        if n
        else None
    )


@rule.fixed_by
def bounded(x: Any) -> str | None:
    return (
        None if isinstance(x, Op) and x.name == "std" else f"torch.sqrt(torch.clamp({source(x)}, min=1e-12))"
    )
