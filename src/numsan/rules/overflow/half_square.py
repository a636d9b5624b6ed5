r"""## What it does

Finds squares of float16 values, and products under a root (a geometric mean).

## Why it is bad

float16 ends at 65504, so $x^2$ is `inf` from $|x| = 256$ on: mean squared errors, variances, norms and RMS
layers written out in half precision. float32 and bfloat16 allow $|x|$ up to 1.8e19.

## Fix safety

Safe: the same number, kept in float32.

## References

- P. Micikevicius et al., *Mixed precision training*, 2017, https://arxiv.org/abs/1710.03740
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.half import in_half as in_float16
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, format_of, largest, same, source

ACTIVATION = re.compile(r"(x|h|hidden\w*|inputs?|features?|states?|activations?)$")

rule = Rule(
    code="NS111",
    name="half-precision-square",
    kind="overflow",
    safe=True,
    mended_by_width=True,
    title="a float16 square exceeds 65504 from |x| = 256 on, and is 0 below 2.4e-4",
    advice="square in float32: x.float() ** 2",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([3.0, 300.0])",
            bad="y = x.half() ** 2",
            good="y = torch.square(x.half().float())",
            silent=("y = x**2", "y = torch.square(x.bfloat16())"),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([1e-4, 1e-4])",
            bad="s = x.half()\ny = 1 / torch.sqrt(s.max() * s.min())",
            good="s = x.half()\ny = 1 / torch.sqrt(s.max().float() * s.min().float())",
            run=False,
        ),
    ),
)


@rule.matches("pow", "mul", "sqrt")
def square(op: Op) -> Bindings | None:
    match op:
        case Op("pow", (x, 2 | 2.0)):
            return {"x": x}
        case Op("mul", (x, other)) if same(x, other):
            return {"x": x}
        case Op("sqrt", (Op("mul", (Op() | Leaf() as x, Op() | Leaf() as other)) as product,)):
            return {"x": product, "pair": (x, other)}
        case _:
            return None


@rule.reachable_when()
def in_half(x: Any, pair: Any = None) -> bool | None:
    if pair is not None:
        return True if in_float16(x, names=False) and not same(*pair) else None
    return True if in_float16(x, names=False) or _activation(x) else None


def _activation(x: Any) -> bool:
    """An input of a layer, in a file that runs its models in float16."""
    return isinstance(x, Leaf) and x.half == "model" and bool(ACTIVATION.match(x.text))


@rule.bites_when
def exceeded(x: Any, pair: Any = None) -> str | None:
    if pair is not None:
        return None
    form, size = format_of(x), largest(x)
    if form is None or size is None or size <= form.sqrt_max:
        return None
    return f"`{source(x)}` reaches {size:.4g}, whose square exceeds {form.max:.4g}, the largest {form.name}"


@rule.fixed_by
def widened(x: Any, pair: Any = None) -> str | None:
    if pair is not None:
        return f"torch.sqrt({' * '.join(f'{atom(p)}.float()' for p in pair)})"
    return f"torch.square({atom(x)}.float())"
