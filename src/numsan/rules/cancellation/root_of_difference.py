r"""## What it does

Finds the square root of a difference of two squares, $\sqrt{a^2 - b^2}$, that nothing keeps from below zero.

## Why it is bad

Where $a$ and $b$ agree the squares cancel: of equal lengths that were computed in different ways one is larger by
rounding, the difference is $-\varepsilon a^2$ instead of 0, and the root `nan`. A little above 0 half of the digits are
gone. In every format.

## Fix safety

Unsafe: where the difference is negative or 0 the result is 1e-6, instead of `nan` or of 0 with an infinite slope.

## References

- D. Goldberg, *What every computer scientist should know about floating-point arithmetic*, 1991,
  https://doi.org/10.1145/103162.103163
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.expansions import expansion
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.squares import base_of
from numsan.core.values import atom, bare, clean, least, peel, same, source

_ROUNDED = frozenset(
    ("sqrt", "rsqrt", "div", "mul", "sum", "mean", "norm", "matmul", "einsum", "add", "sub", "pow")
)

rule = Rule(
    code="NS228",
    name="root-of-difference",
    kind="cancellation",
    title="sqrt(a**2 - b**2) is nan where rounding makes b the larger one",
    advice="torch.sqrt(torch.clamp((a - b) * (a + b), min=1e-12)), or a form without the difference",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([1.0, 0.1])\nc = torch.tensor([0.25, 0.01000001])",
            bad="b = torch.sqrt(c)\ny = torch.sqrt(a**2 - b**2)",
            good="b = torch.sqrt(c)\ny = torch.sqrt(torch.clamp((a - b) * (a + b), min=1e-12))",
            silent=(
                "y = torch.sqrt(a**2 + c**2)",
                "y = torch.sqrt(a**2 - c**2)",
                "y = torch.sqrt((a**2 - c).clamp(min=1e-9))",
                "y = torch.sqrt((a**2 - c).abs() + 1e-9)",
            ),
        ),
    ),
)


@rule.matches("sqrt", "rsqrt")
def root(op: Op) -> Bindings | None:
    match op.args[0]:
        case Op("sub", (left, right)) as difference:
            a, b = base_of(left), base_of(right)
            fits = a is not None and b is not None and not same(a, b)
            if fits:
                return {"a": a, "b": b, "difference": difference, "root": op.name}
        case _:
            pass
    whole = bare(op.args[0])
    parts = expansion(whole)
    return (
        None
        if parts is None
        else {"a": parts[0], "b": parts[1], "difference": whole, "root": op.name, "whole": True}
    )


@rule.reachable_when("a", "b")
def close(a: Any, b: Any, difference: Op, root: str, whole: bool = False) -> bool | None:
    """Squares of what is read from a table keep its order; what was computed is off by its rounding."""
    if whole:
        return True
    taken = peel(b)
    return True if interval(difference)[0] < 0 and isinstance(taken, Op) and taken.name in _ROUNDED else None


@rule.bites_when
def negative(a: Any, b: Any, difference: Op, root: str, whole: bool = False) -> str | None:
    low = least(difference)
    if low is None or low >= 0 or not (clean(a) and clean(b)):
        return None
    return f"`{source(difference)}` is {low:.4g}"


@rule.fixed_by
def bounded(a: Any, b: Any, difference: Op, root: str, whole: bool = False) -> str:
    if whole:
        return f"torch.{root}(torch.clamp({source(difference)}, min=1e-12))"
    return f"torch.{root}(torch.clamp(({atom(a)} - {atom(b)}) * ({atom(a)} + {atom(b)}), min=1e-12))"
