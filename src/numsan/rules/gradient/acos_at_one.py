r"""## What it does

Finds `acos` or `asin` of a value that can reach 1 or -1, as in angles between vectors or rotations.

## Why it is bad

$\frac{d}{dx}\arccos x = -1/\sqrt{1-x^2}$ is infinite at $\pm 1$: `nan` after the chain rule. Rounding also
carries a cosine beyond 1 (by 1.2e-7 in float32), where the value itself is `nan`. A clamp to exactly [-1,
1] cures the value, but not the gradient at the edge.

## Fix safety

Unsafe: cosines beyond 1 - 1e-6, angles below 1.4e-3, are moved there and get no gradient.

## References

- W. Kahan, *How futile are mindless assessments of roundoff in floating-point computation?*, 2006,
  https://people.eecs.berkeley.edu/~wkahan/Mindless.pdf
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import clean, largest, number, source

rule = Rule(
    code="NS404",
    name="acos-at-one",
    kind="domain",
    phase="backward",
    title="the derivative of acos and asin at 1 is infinite",
    advice="use torch.atan2(cross, dot) for an angle, or clamp inside: x.clamp(-1 + 1e-6, 1 - 1e-6)",
    doc=__doc__,
    examples=(
        Example(
            given="c = torch.tensor([1.0, 0.5], requires_grad=True)",
            bad="y = torch.acos(c)",
            good="y = torch.acos(torch.clamp(c, -1 + 1e-6, 1 - 1e-6))",
            silent=("y = torch.acos(c.clamp(-1 + 1e-6, 1 - 1e-6))", "y = torch.asin(0.5 * torch.tanh(c))"),
        ),
        Example(
            given="c = torch.tensor([1.0, 0.5], requires_grad=True)",
            bad="y = c.clamp(-1, 1).arccos()",
            good="y = torch.acos(torch.clamp(c, -1 + 1e-6, 1 - 1e-6))",
        ),
    ),
)


@rule.matches("acos", "asin")
def inverse(op: Op) -> Bindings | None:
    return {"x": op.args[0], "name": op.name}


@rule.reachable_when("x")
def reaches_one(x: Any, name: str) -> bool | None:
    if isinstance(x, Op) and x.name == "mul" and any(number(a) and 0.9 < a < 1 for a in x.args):
        return None  # shrunk on purpose
    low, high = interval(x)
    if isinstance(x, Op) and x.name in ("where", "masked_fill"):
        return None
    return not (low > -1 and high < 1)


@rule.bites_when
def at_one(x: Any, name: str) -> str | None:
    size = largest(x)
    if size is None or size < 1 or not clean(x):
        return None
    harm = "the derivative is infinite" if size == 1 else f"{name} beyond 1 is nan"
    return f"`{source(x)}` reaches {size:.9g}: {harm}"


@rule.fixed_by
def bounded(x: Any, name: str) -> str | None:
    inner = x.args[0] if isinstance(x, Op) and x.name == "clamp" else x
    return f"torch.{name}(torch.clamp({source(inner)}, -1 + 1e-6, 1 - 1e-6))"
