r"""## What it does

Finds the inverse hyperbolic tangent of a value that can be exactly 1 or -1, also written with `log1p`.

## Why it is bad

$\operatorname{atanh}(\pm 1) = \pm\infty$. An action of a squashed Gaussian is exactly 1 in float32 once its
pre-activation passes 9 (4.2 in float16, 3.1 in bfloat16); a logged action can lie on the bound, too. The
log-density is then `inf - inf`.

## Fix safety

Unsafe: values beyond 1 - 1e-6 are moved there.

## References

- T. Haarnoja et al., *Soft actor-critic*, 2018, https://arxiv.org/abs/1801.01290, appendix C
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import clean, largest, most, same, source

rule = Rule(
    code="NS309",
    name="atanh-at-one",
    kind="domain",
    title="atanh of exactly 1 is infinite",
    advice="keep the pre-activation instead of inverting tanh, or torch.atanh(x.clamp(-1 + 1e-6, 1 - 1e-6))",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([1.0, 0.5], requires_grad=True)",
            bad="y = torch.atanh(a)",
            good="y = torch.atanh(torch.clamp(a, -1 + 1e-6, 1 - 1e-6))",
            silent=("y = torch.atanh(a.clamp(-0.999, 0.999))", "y = torch.atanh(0.5 * torch.tanh(a))"),
        ),
        Example(
            given="a = torch.tensor([-1.0, 0.5], requires_grad=True)",
            bad="y = 0.5 * (torch.log1p(a) - torch.log1p(-a))",
            good="y = torch.atanh(torch.clamp(a, -1 + 1e-6, 1 - 1e-6))",
        ),
        Example(
            given="a = torch.tensor([-1.0, 0.5], requires_grad=True)",
            bad="y = torch.log((1 + a) / (1 - a)) / 2",
            good="y = torch.atanh(torch.clamp(a, -1 + 1e-6, 1 - 1e-6))",
            silent=("y = torch.log((1 + 1e-6 + a) / (1 + 1e-6 - a)) / 2",),
            run=False,
        ),
    ),
)


@rule.matches("atanh", "erfinv", "mul", "log1p", "log")
def inverse_tanh(op: Op) -> Bindings | None:
    match op:
        case Op("atanh", (x,)):
            return {"x": x, "whole": True}
        case Op("erfinv", (Op("sub", (Op("mul", (2 | 2.0, Op("rand", _))), 1 | 1.0)) as drawn,)):
            return {"x": drawn, "whole": True}
        case Op("mul", (0.5, Op("sub", (Op("log1p", (x,)), Op("log1p", (Op("neg", (other,)),)))))) if same(
            x, other
        ):
            return {"x": x, "whole": True}
        case Op("mul", (Op("sub", (Op("log1p", (x,)), Op("log1p", (Op("neg", (other,)),)))), 0.5)) if same(
            x, other
        ):
            return {"x": x, "whole": True}
        case Op("log", (Op("div", (Op("add", above), Op("sub", (1 | 1.0, x)))),)) if 1 in above:
            return {"x": x, "whole": True, "op": "log"} if any(same(x, t) for t in above) else None
        case Op("log1p", (Op("neg", (x,)),)):
            return {"x": x, "whole": False}
        case _:
            return None


@rule.reachable_when("x")
def reaches_one(x: Any, whole: bool, op: str = "") -> bool | None:
    low, high = interval(x)
    if whole and isinstance(x, Op) and x.name == "div":
        return None  # levels, ratios: of quotients nothing is known
    if whole:
        return not (low > -1 and high < 1)
    if any(op.name in ("rand", "where") for op in x.walk()) if isinstance(x, Op) else False:
        return None  # drawn from [0, 1), chosen by somebody who knows
    return True if high == 1 else False if high < 1 else None


@rule.bites_when
def at_one(x: Any, whole: bool, op: str = "") -> str | None:
    size = largest(x) if whole else most(x)
    if size is None or size < 1 or not clean(x):
        return None
    return f"`{source(x)}` reaches {size:.8g}: the result is infinite at 1 and nan beyond"


@rule.fixed_by
def bounded(x: Any, whole: bool, op: str = "") -> str | None:
    return f"torch.atanh(torch.clamp({source(x)}, -1 + 1e-6, 1 - 1e-6))" if whole and not op else None
