r"""## What it does

Finds an epsilon that protects a logarithm, a root or a denominator and rounds to zero in the tensor's
format, or whose reciprocal is beyond it.

## Why it is bad

The smallest positive float16 is 5.96e-8: `x + 1e-8` is 0 where `x` is 0, so the guard does nothing, and $1 /
10^{-6}$ is beyond 65504. Next to 1 an epsilon below $\epsilon/2$ (4.9e-4 in float16, 3.9e-3 in bfloat16, 6e-8 in
float32) is absorbed as well.

## Fix safety

Safe: the guarded operation is computed in float32, where the epsilon exists.

## References

- https://docs.pytorch.org/docs/stable/type_info.html#torch-finfo
- P. Micikevicius et al., *Mixed precision training*, 2017, https://arxiv.org/abs/1710.03740
"""

from __future__ import annotations

from typing import Any

from numsan.core.half import in_half, under_autocast
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, format_of, number, source, usual, zeros

rule = Rule(
    code="NS203",
    name="epsilon-below-format",
    kind="domain",
    safe=True,
    mended_by_width=True,
    title="an epsilon is too small for float16: it rounds to zero, or its reciprocal is infinite",
    advice="compute the guarded operation in float32, or take an epsilon above 6e-8 (float16)",
    in_autocast=True,
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
        Example(
            given="x = torch.tensor([0.0, 0.5])",
            bad="y = x.half() / x.half().abs().clamp(min=1e-12)",
            good="y = x.half() / x.half().abs().clamp(min=1e-4)",
            fixed="y = x.half() / x.half().abs().float().clamp(min=1e-12)",
            run=False,
        ),
        Example(
            given="x = torch.zeros(1, 2)",
            bad="y = torch.nn.functional.normalize(x.half(), dim=1)",
            good="y = torch.nn.functional.normalize(x.half(), dim=1, eps=1e-4)",
            fixed="y = torch.nn.functional.normalize(x.half().float())",
            silent=("y = torch.nn.functional.normalize(x, dim=1)",),
            run=False,
        ),
        Example(
            given="x = torch.tensor([0.0, 0.5])",
            bad="y = 1.0 / (x.half() + 1e-6)",
            good="y = 1.0 / (x.half().float() + 1e-06)",
            silent=("y = 1.0 / (x.half() + 1e-4)", "y = x.half() / (x.half() + 1e-6)"),
            run=False,
        ),
    ),
)


@rule.matches("log", "rsqrt", "sqrt", "div", "normalize")
def guarded(op: Op) -> Bindings | None:
    match op:
        case Op("div", (above, Op("add" | "clamp" | "maximum" as how, (x, eps)))):
            found: Bindings = {"name": "div", "above": above, "x": x, "eps": eps, "how": how}
        case Op("log" | "rsqrt" | "sqrt" as name, (Op("add" | "clamp" | "maximum" as how, (x, eps)),)):
            found = {"name": name, "above": None, "x": x, "eps": eps, "how": how}
        case Op("normalize", (x, *rest)):
            eps = rest[2] if len(rest) > 2 else 1e-12
            found = {"name": "normalize", "above": tuple(rest), "x": x, "eps": eps, "how": ""}
        case _:
            return None
    value = usual(found["eps"])
    return {**found, "value": value} if value is not None and 0 < value < 1e-3 else None


@rule.reachable_when()
def vanishes(name: str, above: Any, x: Any, eps: Any, how: str, value: float) -> bool | None:
    if value >= (1.52e-5 if name == "div" and number(above) and abs(above) >= 1 else 2.98e-8):
        return False
    return True if in_half(x) or (name == "div" and under_autocast(x)) else None


@rule.bites_when
def rounds_to_zero(name: str, above: Any, x: Any, eps: Any, how: str, value: float) -> str | None:
    form = format_of(x)
    if form is None or value > form.tiny / 2 or not zeros(x) or name == "normalize":
        return None
    return f"{value:.4g} is below half of {form.tiny:.4g}, the smallest {form.name}: `{source(x)}` stays 0"


@rule.fixed_by
def widened(name: str, above: Any, x: Any, eps: Any, how: str, value: float) -> str | None:
    match how:
        case "add":
            inner = f"{atom(x)}.float() + {source(eps)}"
        case "clamp":
            inner = f"{atom(x)}.float().clamp(min={source(eps)})"
        case "":
            words = zip(("p", "dim", "eps"), above, strict=False)
            given = [f"{word}={source(v)}" for word, v in words if (word, v) != ("p", 2.0)]
            return f"torch.nn.functional.normalize({', '.join([f'{atom(x)}.float()', *given])})"
        case _:
            return None
    if name == "div" and how == "clamp":
        return f"{atom(above)} / {inner}"
    return f"{atom(above)} / ({inner})" if name == "div" else f"torch.{name}({inner})"
