r"""## What it does

Finds an epsilon added to a square root instead of to what is under it: `x / (var.sqrt() + eps)`.

## Why it is bad

The epsilon keeps the division finite and not the derivative: $\frac{d}{dx}\sqrt x$ is infinite at 0 in every
format, and a constant channel, an empty segment or a silent frame has a variance of exactly 0. Its gradient is
`inf * 0 = nan`.

## Fix safety

Unsafe: values change where the variance is not large against the epsilon.

## References

- https://github.com/pyg-team/pytorch_geometric/issues/2559
- https://docs.pytorch.org/docs/stable/notes/autograd.html#gradients-for-non-differentiable-functions
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import EPSILON
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, number, peel, source, zeros

SPREAD = re.compile(r"var|std|sq|ms[er]|power|energy|d2|dist", re.I)

rule = Rule(
    code="NS409",
    name="epsilon-outside-the-root",
    kind="domain",
    phase="backward",
    title="an epsilon outside the root leaves its derivative infinite at 0",
    advice="add it inside: torch.sqrt(x + eps)",
    doc=__doc__,
    examples=(
        Example(
            given="var = torch.tensor([0.0, 4.0], requires_grad=True)\nx = torch.tensor([1.0, 1.0])\neps = 1e-5",
            bad="y = x / (var.sqrt() + 1e-5)",
            good="y = x / torch.sqrt(var + 1e-5)",
            silent=(
                "y = x / (var + 1e-5).sqrt()",
                "y = x / ((var + 1e-5).sqrt() + 1e-5)",
                "y = z.sqrt() + 1e-5",
            ),
            fixed="y = x / (torch.sqrt(var + 1e-5))",
            run=False,
        ),
    ),
)


@rule.matches("add")
def outside(op: Op) -> Bindings | None:
    match op:
        case Op("add", (root, eps)) if (number(eps) and 0 < eps < 0.01) or _named(eps):
            held = peel(root)
        case _:
            return None
    if isinstance(held, Op) and held.name == "sqrt" and isinstance(held.args[0], Leaf):
        return {"x": held.args[0], "root": root, "held": held, "eps": eps}
    return None


def _named(eps: Any) -> bool:
    return isinstance(eps, Leaf) and bool(EPSILON.search(eps.text))


@rule.reachable_when("x")
def of_a_spread(x: Leaf, root: Any, held: Op, eps: Any) -> bool | None:
    """A name that says variance, square or energy; of other names nothing is known."""
    kept = x.text.startswith("self.") or "exp_avg" in x.text or "detach" in x.text  # no gradient flows there
    return True if SPREAD.search(x.text) and not kept else None


@rule.bites_when
def at_zero(x: Any, root: Any, held: Op, eps: Any) -> str | None:
    return f"`{source(x)}` is exactly 0: the derivative of its root is inf" if zeros(x) else None


@rule.fixed_by
def inside(x: Leaf, root: Any, held: Op, eps: Any) -> str | None:
    return f"torch.sqrt({atom(x)} + {source(eps)})" if root is held else None
