r"""## What it does

Finds $\log(p\,(1-p))$ of a $p$ that is a sigmoid: the log-determinant of squashing to the unit interval.

## Why it is bad

$p = \sigma(x)$ rounds to 1 from $x = 17$ on in float32 (8.3 in float16), so that $p(1-p) = 0$ and the logarithm is
`-inf`; with an epsilon it stays at $\ln\epsilon$, with a gradient of 0, while the true value goes on as $-|x|$.
$\log\sigma'(x) = -\operatorname{softplus}(x) - \operatorname{softplus}(-x)$ is right everywhere.

## Fix safety

Unsafe where an epsilon is added: the value for large $|x|$ changes, to the right one.

## References

- L. Dinh, J. Sohl-Dickstein, S. Bengio, *Density estimation using Real NVP*, 2017, https://arxiv.org/abs/1605.08803
"""

from __future__ import annotations

from typing import Any

from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import atom, largest, peel, same, source

rule = Rule(
    code="NS233",
    name="log-of-sigmoid-slope",
    kind="cancellation",
    title="log(p * (1 - p)) of a sigmoid is -inf, or stops at log(eps), where the sigmoid rounds to 1",
    advice="use -softplus(x) - softplus(-x) on the pre-activation",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([25.0, 0.5])",
            bad="p = torch.sigmoid(x)\ny = torch.log(p * (1 - p) + 1e-7)",
            good="y = -torch.nn.functional.softplus(x) - torch.nn.functional.softplus(-x)",
            fixed="p = torch.sigmoid(x)\ny = -torch.nn.functional.softplus(x) - torch.nn.functional.softplus(-x)",
            silent=("p = x.abs() / 50\ny = torch.log(p * (1 - p) + 1e-7)",),
            wrong_by=0.3,
            right_to=1e-6,
        ),
    ),
)


@rule.matches("log")
def slope(op: Op) -> Bindings | None:
    inner = peel(op.args[0])
    if isinstance(inner, Op) and inner.name == "add" and not isinstance(inner.args[1], Op):
        inner = peel(inner.args[0])
    match inner:
        case Op("mul", (Op("sub", (1 | 1.0, q)), p)) | Op("mul", (p, Op("sub", (1 | 1.0, q)))) if same(p, q):
            squashed = peel(p)
        case _:
            return None
    match squashed:
        case Op("sigmoid", (x,)):
            return {"x": x, "p": squashed}
        case _:
            return None


@rule.bites_when
def saturated(x: Any, p: Any) -> str | None:
    size = largest(p)
    if size is None or size < 1:
        return None
    return f"`{source(p)}` reaches {size:.8g}: 1 - p is 0 there, and only an epsilon is left"


@rule.fixed_by
def exact(x: Any, p: Any) -> str:
    return f"-torch.nn.functional.softplus({source(x)}) - torch.nn.functional.softplus(-{atom(x)})"
