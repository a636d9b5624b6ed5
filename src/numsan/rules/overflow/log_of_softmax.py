r"""## What it does

Finds the logarithm of a softmax, in one expression, across statements, or through a module such as
`nn.Softmax`.

## Why it is bad

A probability whose logit lies further below the maximum than $-\ln(\text{tiny}/2)$ rounds to 0: 17.3 in
float16, 93 in bfloat16, 103.97 in float32, 745 in float64. Its logarithm is `-inf`, and the gradient is
`inf * 0 = nan`. Before that, digits are lost. $\log\operatorname{softmax}(x)_i = x_i -
\operatorname{lse}(x)$ has no such limit.

## Fix safety

Safe: `torch.log_softmax` is the same function and needs one pass less.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
- P. Blanchard, D. Higham, N. Higham, *Accurately computing the log-sum-exp and softmax functions*, 2021,
  https://doi.org/10.1093/imanum/draa038
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import least, most, peel, source, zeros

rule = Rule(
    code="NS102",
    name="log-of-softmax",
    kind="underflow",
    safe=True,
    title="log of a softmax is -inf where a probability rounds to zero",
    advice="use torch.log_softmax(x, dim), or torch.nn.functional.cross_entropy on the logits",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([[0.0, 200.0]], requires_grad=True)",
            bad="y = torch.log(torch.softmax(x, -1))",
            good="y = torch.log_softmax(x, -1)",
            silent=("y = torch.log_softmax(x, -1)", "y = torch.log(torch.softmax(x, -1) + 1e-9)"),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.tensor([[0.0, 200.0]], requires_grad=True)",
            bad="import torch.nn.functional as F\np = F.softmax(x, dim=1)\ny = p.log()",
            good="import torch.nn.functional as F\ny = F.log_softmax(x, dim=1)",
            fixed="import torch.nn.functional as F\np = F.softmax(x, dim=1)\ny = torch.log_softmax(x, 1)",
            silent=("p = torch.softmax(x, dim=1).clamp_min(1e-6)\ny = p.log()",),
        ),
    ),
)


@rule.matches("log", "log2", "log10")
def logarithm(op: Op) -> Bindings | None:
    match peel(op.args[0]):
        case Op("softmax" | "safe_softmax", (x, dim)) as p:
            return {"x": x, "dim": dim, "p": p, "direct": op.args[0] is p and op.name == "log"}
        case _:
            return None


@rule.bites_when
def rounded_to_zero(x: Any, dim: Any, p: Any, direct: bool) -> str | None:
    low, high = least(x), most(x)
    if not zeros(p) or low is None or high is None:
        return None
    return (
        f"logits `{source(x)}` range from {low:.4g} to {high:.4g}: a probability is exactly 0, its log -inf"
    )


@rule.fixed_by
def rewritten(x: Any, dim: Any, p: Any, direct: bool) -> str | None:
    return f"torch.log_softmax({source(x)}, {source(dim)})" if direct else None
