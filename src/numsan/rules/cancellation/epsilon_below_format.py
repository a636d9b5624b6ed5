r"""## What it does

Finds an epsilon that protects a logarithm, a root or a denominator and rounds to zero in the tensor's
format.

## Why it is bad

The smallest positive float16 is 5.96e-8: `x + 1e-8` is 0 where `x` is 0, so the guard does nothing. Next to
1 an epsilon below $\epsilon/2$ (4.9e-4 in float16, 3.9e-3 in bfloat16, 6e-8 in float32) is absorbed as
well.

## Fix safety

Safe: the guarded operation is computed in float32, where the epsilon exists.

## References

- https://docs.pytorch.org/docs/stable/type_info.html#torch-finfo
- P. Micikevicius et al., *Mixed precision training*, 2017, https://arxiv.org/abs/1710.03740
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, format_of, number, source, zeros

rule = Rule(
    code="NS203",
    name="epsilon-below-format",
    kind="precision",
    safe=True,
    title="an epsilon rounds to zero in float16 and guards nothing",
    advice="compute the guarded operation in float32, or take an epsilon above 6e-8 (float16)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([0.0, 0.5])",
            bad="y = torch.log(x.half() + 1e-8)",
            good="y = torch.log(x.half().float() + 1e-08)",
            silent=("y = torch.log(x + 1e-8)", "y = torch.log(x.half() + 1e-4)"),
            right_to=1e-3,
        ),
        Example(
            given="x = torch.tensor([0.0, 0.5])",
            bad="y = 1.0 / (x.half() + 1e-10)",
            good="y = 1.0 / (x.half().float() + 1e-10)",
        ),
    ),
)


@rule.matches("log", "rsqrt", "sqrt", "div")
def guarded(op: Op) -> Bindings | None:
    match op:
        case Op("div", (above, Op("add", (x, eps)))) if number(eps) and 0 < eps < 1e-3:
            return {"name": "div", "above": above, "x": x, "eps": eps}
        case Op("log" | "rsqrt" | "sqrt" as name, (Op("add", (x, eps)),)) if number(eps) and 0 < eps < 1e-3:
            return {"name": name, "above": None, "x": x, "eps": eps}
        case _:
            return None


@rule.reachable_when()
def in_half(name: str, above: Any, x: Any, eps: float) -> bool | None:
    if eps >= 2.98e-8:
        return False
    return True if isinstance(x, Op) and x.name == "to" and x.args[-1] == "float16" else None


@rule.bites_when
def rounds_to_zero(name: str, above: Any, x: Any, eps: float) -> str | None:
    form = format_of(x)
    if form is None or eps > form.tiny / 2 or not zeros(x):
        return None
    return f"{eps:.4g} is below half of {form.tiny:.4g}, the smallest {form.name}: `{source(x)}` stays 0"


@rule.fixed_by
def widened(name: str, above: Any, x: Any, eps: float) -> str | None:
    inner = f"{atom(x)}.float() + {source(eps)}"
    return f"{atom(above)} / ({inner})" if name == "div" else f"torch.{name}({inner})"
