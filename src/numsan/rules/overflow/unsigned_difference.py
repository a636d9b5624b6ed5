r"""## What it does

Finds differences and squares of 8-bit images, `(a - b) ** 2` of what `cv2.imread` returns or `astype(np.uint8)` makes.

## Why it is bad

uint8 counts modulo 256 in numpy as in torch: 3 - 5 is 254, and 20 squared is 144. A mean squared error, a PSNR, a
difference of frames is wrong without a warning; float32 holds every such difference exactly.

## Fix safety

No automatic fix: where the images become float32 is a decision of where they are read.

## References

- https://numpy.org/doc/stable/user/basics.types.html#overflow-errors
"""

from __future__ import annotations

from typing import Any

from numsan.core.made import PICTURE, maker
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import dtype, least, same, source, stats

rule = Rule(
    code="NS134",
    name="unsigned-difference",
    kind="overflow",
    severity="error",
    title="a difference of uint8 values wraps around at 0",
    advice="convert first: a.astype(np.float32) - b.astype(np.float32)",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([3.0, 9.0])\nb = torch.tensor([5.0, 1.0])",
            bad="a, b = a.to(torch.uint8), b.to(torch.uint8)\ny = (a - b).float()",
            good="y = a.to(torch.uint8).float() - b.to(torch.uint8).float()",
            silent=("y = 255 - a.to(torch.uint8)", "y = a.to(torch.uint8) / 255.0 - b"),
            wrong_by=0.5,
            run=False,
        ),
        Example(
            given="",
            bad="import cv2\na = cv2.imread(p)\ny = a**2",
            good="import cv2\na = cv2.imread(p)\ny = a.astype('float32') ** 2",
            run=False,
        ),
    ),
)


@rule.matches("sub", "pow", "mul")
def wrapped(op: Op) -> Bindings | None:
    a, b = op.args[0], op.args[1]
    if op.name == "pow":
        return {"a": a, "b": a} if b in (2, 2.0) else None
    return {"a": a, "b": b} if op.name == "sub" or same(a, b) else None


@rule.reachable_when("a")
def unsigned(a: Any, b: Any) -> bool | None:
    return _unsigned(a) and _unsigned(b)


def _unsigned(x: Any) -> bool:
    match x:
        case Leaf():
            return bool(PICTURE.search(maker(x)))
        case Op("to", (_, into)):
            return into == "uint8"
        case Op("view" | "index" | "abs" | "neg", (inner, *_)):
            return _unsigned(inner)
        case Op("sub" | "add", (a, b)):
            return _unsigned(a) and _unsigned(b)
        case _:
            return False


@rule.bites_when
def below_zero(a: Any, b: Any) -> str | None:
    kinds = {seen.dtype for v in (a, b) if (seen := stats(v)) is not None}
    low, other = least(a), least(b)
    if kinds != {"uint8"} or dtype(a, b) is not None or low is None or other is None:
        return None
    return (
        f"`{source(a)}` falls to {low:.4g}, `{source(b)}` to {other:.4g}, both uint8" if low < other else None
    )
