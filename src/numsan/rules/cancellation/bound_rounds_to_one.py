r"""## What it does

Finds a clamp whose upper bound, such as `1 - 1e-8`, is exactly 1 in float32.

## Why it is bad

Next to 1 float32 has a spacing of 6e-8 below: $1 - 10^{-8}$ rounds to 1, so the clamp lets 1 through and the
`log(1 - p)` or `atanh` behind it is infinite. float16 needs a distance of 4.9e-4, bfloat16 of 3.9e-3.

## Fix safety

Unsafe: values above 1 - 1e-6 are moved there.

## References

- https://github.com/NVIDIA/apex/issues/358
- IEEE 754-2019, https://doi.org/10.1109/IEEESTD.2019.8766229
"""

from __future__ import annotations

import struct
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import number, source

rule = Rule(
    code="NS219",
    name="bound-rounds-to-one",
    kind="precision",
    phase="backward",
    title="a bound this close to 1 is exactly 1 in float32",
    advice="keep 1e-6 away from 1: p.clamp(1e-6, 1 - 1e-6)",
    doc=__doc__,
    examples=(
        Example(
            given="p = torch.tensor([1.0, 0.5], requires_grad=True)",
            bad="q = p.clamp(1e-8, 1 - 1e-8)\ny = torch.log1p(-q)",
            good="q = p.clamp(1e-8, 1 - 1e-6)\ny = torch.log1p(-q)",
            fixed="q = torch.clamp(p, 1e-8, 1 - 1e-6)\ny = torch.log1p(-q)",
            silent=("y = p.clamp(1e-8, 1.0)", "y = p.double().clamp(1e-8, 1 - 1e-12)"),
            run=False,
        ),
    ),
)


@rule.matches("clamp", "minimum")
def bound(op: Op) -> Bindings | None:
    match op:
        case Op("clamp", (x, low, high)) if _rounds(high):
            return {"x": x, "low": low}
        case Op("minimum", (x, high)) if _rounds(high):
            return {"x": x, "low": None}
        case _:
            return None


def _rounds(high: Any) -> bool:
    match high:
        case Op("sub", (1 | 1.0, Leaf(default=float() as gap))):
            high = 1 - gap
        case _:
            pass
    return number(high) and 0.999 < high < 1 and struct.unpack("f", struct.pack("f", high))[0] == 1.0


@rule.reachable_when()
def single(x: Any, low: Any) -> bool | None:
    return not (isinstance(x, Op) and x.name == "to" and x.args[-1] == "float64")


@rule.fixed_by
def farther(x: Any, low: Any) -> str | None:
    return f"torch.clamp({source(x)}, {source(low)}, 1 - 1e-6)"
