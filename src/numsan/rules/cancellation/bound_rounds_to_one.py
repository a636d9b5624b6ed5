r"""## What it does

Finds a clamp whose upper bound, such as `1 - 1e-8` in float32 or `1 - 1e-4` in float16, is exactly 1.

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

from numsan.core.half import in_half, under_autocast
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import number, source

rule = Rule(
    code="NS219",
    name="bound-rounds-to-one",
    kind="precision",
    phase="backward",
    title="a bound this close to 1 rounds to 1 in the format it is used in",
    advice="keep 1e-6 away from 1 in float32, 1e-3 in float16: p.float().clamp(1e-6, 1 - 1e-6)",
    in_autocast=True,
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
        Example(
            given="x = torch.tensor([1.0, 0.5], requires_grad=True)",
            bad="q = x.half().clamp(1e-4, 1 - 1e-4)\ny = torch.log(1 - q)",
            good="q = x.float().clamp(1e-4, 1 - 1e-4)\ny = torch.log(1 - q)",
            fixed="q = torch.clamp(x.half(), 0.0001, 1 - 1e-3)\ny = torch.log(1 - q)",
            run=False,
        ),
    ),
)


@rule.matches("clamp", "minimum")
def bound(op: Op) -> Bindings | None:
    match op:
        case Op("clamp", (x, low, high)) if _near_one(high):
            return {"x": x, "low": low, "code": _rounds(x, high)}
        case Op("minimum", (x, high)) if _near_one(high):
            return {"x": x, "low": None, "code": _rounds(x, high)}
        case _:
            return None


def _value(high: Any) -> Any:
    match high:
        case Op("sub", (1 | 1.0, Leaf(default=float() as gap))):
            return 1 - gap
        case _:
            return high


def _near_one(high: Any) -> bool:
    value = _value(high)
    return number(value) and 0.999 < value < 1


def _rounds(x: Any, high: Any) -> str | None:
    """In which format, by its code of `struct`, the bound is 1."""
    value = _value(high)
    codes = ("f", "e") if in_half(x) or under_autocast(x) else ("f",)
    return next((c for c in codes if struct.unpack(c, struct.pack(c, value))[0] == 1.0), None)


@rule.reachable_when()
def narrow(x: Any, low: Any, code: str | None) -> bool | None:
    return code is not None and not (isinstance(x, Op) and x.name == "to" and x.args[-1] == "float64")


@rule.fixed_by
def farther(x: Any, low: Any, code: str | None) -> str | None:
    return f"torch.clamp({source(x)}, {source(low)}, 1 - {'1e-6' if code == 'f' else '1e-3'})"
