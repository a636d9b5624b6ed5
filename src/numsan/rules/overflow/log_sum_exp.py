r"""## What it does

Finds $\log \sum_i e^{x_i}$ written as `log(sum(exp(x)))`.

## Why it is bad

$e^x$ exceeds the format above $\ln(\max)$: 11.09 in float16, 88.72 in bfloat16 and float32, 709.8 in
float64. The sum is then `inf` and its gradient `inf / inf = nan`. Where every $x_i$ is below
$\ln(\text{tiny}/2)$ (-17.3 in float16, -103.97 in float32) the sum is 0 and the logarithm `-inf`. The value
itself is harmless, since $\max_i x_i \le \operatorname{lse}(x) \le \max_i x_i + \ln n$.

## Fix safety

Safe: `torch.logsumexp` computes the same function, in the same shape.

## References

- P. Blanchard, D. Higham, N. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA J.
  Numer. Anal. 41(4), 2021, https://doi.org/10.1093/imanum/draa038
- https://docs.pytorch.org/docs/stable/generated/torch.logsumexp.html
"""

from __future__ import annotations

from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, most, source, zeros

rule = Rule(
    code="NS101",
    name="log-sum-exp",
    kind="overflow",
    safe=True,
    title="log(sum(exp(x))) leaves the format although its value is small",
    advice="use torch.logsumexp(x, dim)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([0.0, 100.0], requires_grad=True)",
            bad="y = torch.log(torch.sum(torch.exp(x), -1))",
            good="y = torch.logsumexp(x, -1)",
            silent=("y = torch.log(torch.sum(x.abs() + 1.0, -1))", "y = torch.exp(x).sum(-1)"),
            right_to=1e-6,
        ),
        Example(
            given="x = torch.full((2, 3), -200.0, requires_grad=True)",
            bad="y = x.exp().sum(dim=1, keepdim=True).log()",
            good="y = torch.logsumexp(x, 1, keepdim=True)",
            silent=("y = (x - x.max()).exp().sum(dim=1).log()",),
        ),
    ),
)


@rule.matches("log")
def spelled_out(op: Op) -> Bindings | None:
    match op:
        case Op("log", (Op("sum", (Op("exp", (x,)), dim, *keep)) as total,)) if dim is not None:
            return {"x": x, "dim": dim, "keepdim": bool(keep and keep[0]), "total": total}
        case Op("log", (Op("cumsum", (Op("exp", (x,)), *_)) as total,)):
            return {"x": x, "dim": None, "keepdim": False, "total": total}
        case _:
            return None


@rule.reachable_when()
def not_shifted(x: Any, dim: Any, keepdim: bool, total: Any) -> bool | None:
    low, high = interval(x)
    if total.name == "cumsum":
        return low < -80  # one shift for all: what stands before the largest can all underflow
    return high > 80 or (high > 0 and low < -80)


@rule.bites_when
def left_the_format(x: Any, dim: Any, keepdim: bool, total: Any) -> str | None:
    form, top = format_of(x), most(x)
    if form is None or top is None:
        return None
    if top > form.exp_limit:
        return f"max of `{source(x)}` is {top:.4g} > {form.exp_limit:.4g}, where exp overflows {form.name}"
    if zeros(total):
        return f"exp of `{source(x)}` underflows: a sum of {form.name} exponentials is 0 and its log is -inf"
    return None


@rule.fixed_by
def rewritten(x: Any, dim: Any, keepdim: bool, total: Any) -> str | None:
    if dim is None:
        return None
    return f"torch.logsumexp({source(x)}, {source(dim)}{', keepdim=True' if keepdim else ''})"
