r"""## What it does

Finds `exp`, `expm1`, `cosh`, `sinh`, `log`, `reciprocal`, `mse_loss` and `cumprod` of a value that was cast to float16.

## Why it is bad

float16 ends at 65504 and at 6e-8: `exp` is `inf` from 11.09 on, `mse_loss` from a difference of 256 on,
`reciprocal` below 1.5e-5, and `log` is `-inf` for what rounded to 0. Autocast runs these operations in float32 for
that reason, and a cast by hand takes it back. bfloat16 and float32 have limits of 88.7, 1.8e19 and 1.2e-38.

## Fix safety

Safe: the same operation, in float32.

## References

- https://docs.pytorch.org/docs/stable/amp.html#cuda-ops-that-autocast-to-float32
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.half import in_half
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, format_of, infinite, source

_SAFE_RANGE = {
    "exp": (-float("inf"), 11.0),
    "expm1": (-float("inf"), 11.0),
    "cosh": (-11.0, 11.0),
    "sinh": (-11.0, 11.0),
    "mse_loss": (-127.0, 127.0),
    "log": (6e-8, float("inf")),
    "reciprocal": (1.6e-5, float("inf")),
    "cumprod": (1.0, 1.0),
}

rule = Rule(
    code="NS132",
    name="sensitive-operation-in-half",
    kind="overflow",
    safe=True,
    mended_by_width=True,
    title="an operation that needs float32's range is given float16",
    advice="call it on x.float()",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([1.0, 12.0])",
            bad="y = torch.exp(x.half())",
            good="y = torch.exp(x.float())",
            silent=("y = torch.exp(torch.tanh(x).half())", "y = torch.exp(x.bfloat16())"),
        ),
        Example(
            given="x = torch.tensor([1.0, 300.0])\nt = torch.zeros(2)",
            bad="y = torch.nn.functional.mse_loss(x.half(), t.half())",
            good="y = torch.nn.functional.mse_loss(x.float(), t.float())",
        ),
    ),
)


@rule.matches(*_SAFE_RANGE)
def cast_down(op: Op) -> Bindings | None:
    match op:
        case Op(name, (Op("to", (Op() | Leaf() as x, "float16")), *rest)):
            return {"x": x, "name": name, "rest": tuple(rest), "result": op}
        case Op("cumprod", (Op() as x, *rest)) if in_half(x, names=False):
            return {"x": x, "name": "cumprod", "rest": tuple(rest), "result": op}
        case _:
            return None


@rule.reachable_when("x")
def beyond(x: Any, name: str, rest: tuple[Any, ...], result: Op) -> bool | None:
    low, high = interval(x)
    least, most = _SAFE_RANGE[name]
    return not (least <= low and high <= most)


@rule.bites_when
def left_the_format(x: Any, name: str, rest: tuple[Any, ...], result: Op) -> str | None:
    form = format_of(result)
    if form is None or form.name != "float16" or not infinite(result):
        return None
    return f"`{name}` of `{source(x)}` leaves float16, whose largest number is 65504"


@rule.fixed_by
def widened(x: Any, name: str, rest: tuple[Any, ...], result: Op) -> str | None:
    function = "torch.nn.functional.mse_loss" if name == "mse_loss" else f"torch.{name}"
    return f"{function}({', '.join((f'{atom(x)}.float()', *map(_float, rest)))})"


def _float(argument: Any) -> str:
    match argument:
        case Op("to", (x, "float16")):
            return f"{atom(x)}.float()"
        case _:
            return source(argument)
