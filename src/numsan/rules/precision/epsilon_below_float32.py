r"""## What it does

Finds an epsilon that float32 rounds to 0: 1e-50, `sys.float_info.min`, the smallest float64.

## Why it is bad

The smallest float32 is 1.4e-45, and what is below half of it becomes 0 when it meets a tensor: the logarithm of 0
is still `-inf`, the quotient `nan`. The constant is right in float64, in which Python and numpy compute.

## Fix safety

No automatic fix: which epsilon is small next to the value depends on what it is.

## References

- https://docs.pytorch.org/docs/stable/type_info.html
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, number, source, zeros

HALF_OF_LEAST = 7e-46
LEAST_DOUBLE = re.compile(
    r"finfo\((\w+\.)?(float64|double|float)\)\.(tiny|smallest_(sub)?normal)$|float_info\.min$"
)

rule = Rule(
    code="NS615",
    name="epsilon-below-float32",
    kind="precision",
    title="the epsilon is 0 in float32 and guards nothing",
    advice="take an epsilon of the tensor's own format, torch.finfo(x.dtype).tiny or 1e-12",
    in_float32=True,
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([0.0, 0.5])",
            bad="y = torch.log(x + 1e-50)",
            good="y = torch.log(x + 1e-30)",
            silent=("y = torch.log(x.double() + 1e-50)", "import numpy as np\ny = np.log(x + 1e-50)"),
            run=False,
        ),
        Example(
            given="import sys\nx = torch.tensor([0.0, 0.5])",
            bad="import sys\ny = x / x.clamp(min=sys.float_info.min)",
            good="y = x / x.clamp(min=torch.finfo(x.dtype).tiny)",
            run=False,
        ),
    ),
)


@rule.matches("log", "log2", "log10", "sqrt", "rsqrt", "div")
def guarded(op: Op) -> Bindings | None:
    match op.args[-1]:
        case Op("add" | "clamp" | "maximum", (x, eps)) if _vanishes(eps):
            return {"x": x, "eps": eps}
        case _:
            return None


def _vanishes(eps: Any) -> bool:
    if isinstance(eps, Leaf):
        return bool(LEAST_DOUBLE.search(eps.text))
    return number(eps) and 0 < eps < HALF_OF_LEAST


@rule.reachable_when()
def in_float32(x: Any, eps: Any) -> bool | None:
    return not (isinstance(x, Op) and x.name == "to" and x.args[-1] == "float64")


@rule.bites_when
def rounds_to_zero(x: Any, eps: Any) -> str | None:
    form = format_of(x)
    if form is None or form.name == "float64" or not zeros(x):
        return None
    return f"{source(eps)} is 0 in {form.name}: `{source(x)}` stays 0"
