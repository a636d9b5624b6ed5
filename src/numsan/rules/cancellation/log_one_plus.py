r"""## What it does

Finds `log(1 + x)`.

## Why it is bad

$1+x$ keeps only what is left of $x$ above $\epsilon$: 9.8e-4 in float16, 7.8e-3 in bfloat16, 1.2e-7 in
float32, 2.2e-16 in float64. For $|x| < \epsilon/2$ the result is exactly 0 instead of $x$; for $x =
10\epsilon$ one digit is left.

## Fix safety

Safe: `torch.log1p` is the same function.

## References

- N. Higham, *Accuracy and stability of numerical algorithms*, 2nd ed., 2002, section 1.14.1,
  https://doi.org/10.1137/1.9780898718027
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import EPSILON, interval
from numsan.core.made import gridded, in_large_units
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, format_of, number, peel, source, stats

# names of integers: positions, counts, `n`
WHOLE = re.compile(
    r"(^|[._])(n|k|\d ?\* ?n|\w*count\w*|\w*_ids?|\w*pos\w*|\w*coord\w*|index|degree|np.arange.*|two_n)\b"
)

rule = Rule(
    code="NS201",
    name="log-one-plus",
    kind="cancellation",
    severity="info",
    safe=True,
    title="log(1 + x) loses the digits of a small x",
    advice="use torch.log1p(x)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([1e-9, 1e-3])",
            bad="y = torch.log(1 + x)",
            good="y = torch.log1p(x)",
            silent=("y = torch.log1p(x)", "y = torch.log(2 + x)", "y = torch.log(1 + torch.floor(x))"),
            wrong_by=0.9,
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([1e-9, 1e-3])",
            bad="y = (x + 1.0).log()",
            good="y = torch.log1p(x)",
            wrong_by=0.9,
            right_to=1e-6,
        ),
    ),
)


@rule.matches("log", "log2", "log10")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("log2" | "log10", (Op("add", (1 | 1.0, Op("div", _) as x)),)):
            return {"x": x, "minus": False, "base": op.name[3:]}
        case Op("log", (Op("add", (1 | 1.0, x)),)) | Op("log", (Op("add", (x, 1 | 1.0)),)) if not number(x):
            return {"x": x, "minus": False}
        case Op("log", (Op("sub", (1 | 1.0, Op() as x)),)) if _kept_from_one(x):
            return {"x": x, "minus": True}
        case _:
            return None


def _kept_from_one(x: Op) -> bool:
    """Below 1, or clamped: somebody has thought of the other end."""
    bounds = [op.args[-1] for op in x.walk() if op.name in ("clamp", "minimum")]
    return interval(x)[1] < 0.99 or any(isinstance(b, Leaf) and not EPSILON.search(b.text) for b in bounds)


@rule.reachable_when()
def not_counted(x: Any, minus: bool, base: str = "") -> bool | None:
    """Whole numbers are never small against 1."""
    held = peel(x)
    if gridded(x) or _reciprocal(held) or in_large_units(held):
        return None
    if isinstance(held, Op) and held.name in ("floor", "round", "ceil", "floor_divide"):
        return False
    return None if WHOLE.search(source(x)) else True


def _reciprocal(x: Any) -> bool:
    """`log(1 + 1 / x)` loses digits only where `x` is huge."""
    return isinstance(x, Op) and (x.name == "reciprocal" or (x.name == "div" and x.args[0] in (1, 1.0)))


@rule.bites_when
def absorbed(x: Any, minus: bool, base: str = "") -> str | None:
    form, seen = format_of(x), stats(x)
    if form is None or seen is None or seen.tiny is None or seen.tiny >= form.eps / 2:
        return None
    rounded = "1 - x" if minus else "1 + x"
    return f"`{source(x)}` is as small as {seen.tiny:.4g} < {form.eps / 2:.4g}: {rounded} is 1 in {form.name}"


@rule.fixed_by
def rewritten(x: Any, minus: bool, base: str = "") -> str | None:
    if base:
        return f"torch.log1p({source(x)}) / math.log({base})"
    return f"torch.log1p(-{atom(x)})" if minus else f"torch.log1p({source(x)})"
