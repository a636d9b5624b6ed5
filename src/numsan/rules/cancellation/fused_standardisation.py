r"""## What it does

Finds values that are standardised by a product and a sum, `x * scale + shift`, with `shift = -mean(x) * scale`.

## Why it is bad

Where the mean is many deviations away from zero, `x * scale` and `shift` are large and nearly opposite: the relative
error of the result is about $\varepsilon\,|\mu|/\sigma$, all digits where $|\mu|/\sigma$ reaches 8e6 in float32 and 1000 in
float16. `(x - mean) * scale` subtracts numbers that are stored, which is exact for those close to each other (Sterbenz).

## Fix safety

No automatic fix: the form may stand in another statement than its parts.

## References

- N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., 2002, section 1.9 and theorem 2.5,
  https://doi.org/10.1137/1.9780898718027
- https://github.com/pytorch/pytorch/issues/41238
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, largest, peel, same, source

MEAN = re.compile(r"^(row_|batch_|x_)?(mean|mu)s?(\[\w+\])?$")
DEVIATION = re.compile(r"^(r|inv_?|rec\w*_)?(std|sigma|sd)(_inv)?(\[\w+\])?$")

rule = Rule(
    code="NS234",
    name="fused-standardisation",
    kind="cancellation",
    title="x * scale + shift loses the digits that x and its mean share",
    advice="subtract first: (x - mean) * scale",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([[100000.0, 100003.0, 100009.0]])",
            bad="m = x.mean(1, keepdim=True)\nscale = torch.rsqrt(x.var(1, keepdim=True) + 1e-5)\n"
            "shift = -m * scale\ny = x * scale + shift",
            good="m = x.mean(1, keepdim=True)\nscale = torch.rsqrt(x.var(1, keepdim=True) + 1e-5)\n"
            "y = (x - m) * scale",
            silent=("m = x.mean(1, keepdim=True)\ny = x * 2.0 - m * 2.0",),
            wrong_by=1e-4,
            right_to=1e-4,
        ),
    ),
)


@rule.matches("add", "sub")
def fused(op: Op) -> Bindings | None:
    match op:
        case Op("add", (Op("mul", scaled), shift)) | Op("add", (shift, Op("mul", scaled))):
            offset = _negated(shift)
        case Op("sub", (Op("mul", scaled), Op("mul", offset))):
            pass
        case _:
            return None
    return None if offset is None else _of_own_mean(scaled, offset)


def _negated(shift: Any) -> Any:
    """The factors of a product with one minus."""
    match peel(shift):
        case Op("neg", (Op("mul", factors),)):
            return factors
        case Op("mul", (Op("neg", (a,)), b)) | Op("mul", (b, Op("neg", (a,)))):
            return a, b
        case _:
            return None


def _of_own_mean(scaled: tuple[Any, ...], offset: tuple[Any, ...]) -> Bindings | None:
    for x, scale in (scaled, scaled[::-1]):
        for mean, other in (offset, offset[::-1]):
            if same(peel(scale), peel(other)) and _standardises(x, peel(mean), peel(scale)):
                return {"x": x, "mean": mean, "scale": scale}
    return None


def _standardises(x: Any, mean: Any, scale: Any) -> bool:
    match mean, scale:
        case Op("mean", (of, *_)), Op("rsqrt" | "div"):
            return same(peel(of), peel(x))
        case Leaf(), Leaf():
            return bool(MEAN.search(mean.text) and DEVIATION.search(scale.text))
        case _:
            return False


@rule.bites_when
def cancelled(x: Any, mean: Any, scale: Any) -> str | None:
    form, far, steep = format_of(x), largest(mean), largest(scale)
    if form is None or far is None or steep is None or far * steep * form.eps < 1e-3:
        return None
    return f"the mean `{source(mean)}` is {far * steep:.4g} deviations from 0: {form.name} keeps few digits of the rest"
