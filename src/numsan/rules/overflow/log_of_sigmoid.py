r"""## What it does

Finds $\log\sigma(x)$ and $\log(1-\sigma(x))$ computed from the rounded sigmoid.

## Why it is bad

$\sigma(x)$ rounds to 0 below $\ln(\text{tiny}/2)$ (-17.3 in float16, -103.97 in float32; torch's float32
sigmoid gives 0 from about -88.7) and to 1 above $-\ln(\epsilon/2)$: 7.6 in float16, 5.5 in bfloat16, 16.6
in float32, 36.7 in float64. From there $1-\sigma(x)$ is 0 and the logarithm is `-inf`, with a `nan`
gradient.

## Fix safety

Safe: `logsigmoid(x)` and `logsigmoid(-x)` are the same functions.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html
- M. Mächler, *Accurately computing log(1 - exp(-|a|))*, 2012,
  https://cran.r-project.org/web/packages/Rmpfr/vignettes/log1mexp-note.pdf
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, least, most, peel, source, zeros

rule = Rule(
    code="NS103",
    name="log-of-sigmoid",
    kind="underflow",
    safe=True,
    title="log of a sigmoid is -inf where the sigmoid rounds to 0 or 1",
    advice="use torch.nn.functional.logsigmoid(x), of -x for 1 - sigmoid, or a loss on logits",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([-120.0, 1.0], requires_grad=True)",
            bad="y = torch.log(torch.sigmoid(x))",
            good="y = torch.nn.functional.logsigmoid(x)",
            silent=("y = torch.log(torch.sigmoid(x) + 1e-6)", "y = torch.nn.functional.logsigmoid(x)"),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([30.0, 1.0], requires_grad=True)",
            bad="y = (1 - x.sigmoid()).log()",
            good="y = torch.nn.functional.logsigmoid(-x)",
            silent=("y = torch.log((1 - x.sigmoid()).clamp(min=1e-6))",),
        ),
    ),
)


@rule.matches("log")
def logarithm(op: Op) -> Bindings | None:
    inner = peel(op.args[0])
    match inner:
        case Op("sigmoid", (x,)):
            return {"x": x, "p": inner, "flipped": False, "direct": inner is op.args[0]}
        case Op("sub", (1 | 1.0, other)) if isinstance(p := peel(other), Op) and p.name == "sigmoid":
            return {"x": p.args[0], "p": inner, "flipped": True, "direct": inner is op.args[0] and p is other}
        case _:
            return None


@rule.bites_when
def rounded(x: Any, p: Any, flipped: bool, direct: bool) -> str | None:
    edge = most(x) if flipped else least(x)
    if not zeros(p) or edge is None:
        return None
    return f"`{source(x)}` reaches {edge:.4g}: `{source(p)}` rounds to exactly 0 and its log is -inf"


@rule.fixed_by
def rewritten(x: Any, p: Any, flipped: bool, direct: bool) -> str | None:
    if not direct:
        return None
    return f"torch.nn.functional.logsigmoid({'-' + atom(x) if flipped else source(x)})"
