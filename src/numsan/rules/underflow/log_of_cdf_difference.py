r"""## What it does

Finds $\log(F(b)-F(a))$, the probability of an interval from two values of a distribution function: the normal one,
`erf`, `erfc`, `sigmoid`, `dist.cdf`.

## Why it is bad

In a tail both values are 0 or 1 to the last digit and the difference is exactly 0: for the normal distribution in
float32 from 5.4 standard deviations on above the mean, 13 below it; for `sigmoid` from 16.7. The log is `-inf`, its
gradient `nan`, on the samples that the model fits worst: discretised likelihoods, rates of compression, censored data.

## Fix safety

No automatic fix: `numsan.ops.log_ndtr_difference` and `log_sigmoid_difference` stay in log space.

## References

- T. Salimans et al., *PixelCNN++*, 2017, https://arxiv.org/abs/1701.05517
"""

from __future__ import annotations

from typing import Any

from numsan.core.cdf import distributed
from numsan.core.op import Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel, source, zeros

rule = Rule(
    code="NS192",
    name="log-of-cdf-difference",
    kind="underflow",
    title="the difference of two values of a distribution function is 0 in a tail",
    advice="stay in log space: numsan.ops.log_ndtr_difference or log_sigmoid_difference, or bound it before the log",
    doc=__doc__,
    examples=(
        Example(
            given="a = torch.tensor([20.0], requires_grad=True)\nb = a + 1",
            bad="y = torch.log(torch.sigmoid(b) - torch.sigmoid(a))",
            good="import numsan.ops\ny = numsan.ops.log_sigmoid_difference(b, a)",
            silent=(
                "y = torch.log((torch.sigmoid(b) - torch.sigmoid(a)).clamp(min=1e-12))",
                "y = torch.log(torch.sigmoid(b) - torch.sigmoid(a) + 1e-12)",
            ),
        ),
        Example(
            given="a = torch.tensor([9.0], requires_grad=True)\nb = a + 1",
            bad="y = torch.log(0.5 * (1 + torch.erf(b)) - 0.5 * (1 + torch.erf(a)))",
            good="import numsan.ops\nr = 2**0.5\ny = numsan.ops.log_ndtr_difference(a * r, b * r)",
            run=False,
        ),
    ),
)


@rule.matches("log", "log2", "log10")
def of_an_interval(op: Op) -> Bindings | None:
    match peel(op.args[0]):
        case Op("sub", (high, low)) as mass if distributed(high) and distributed(low):
            return {"mass": mass}
        case _:
            return None


@rule.bites_when
def nothing_left(mass: Any) -> str | None:
    n = zeros(mass)
    return f"`{source(mass)}` is exactly 0 in {n} element{'s' if n > 1 else ''}: log(0) = -inf" if n else None
