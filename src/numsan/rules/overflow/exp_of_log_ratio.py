r"""## What it does

Finds the exponential of a difference of log-probabilities: importance ratios of PPO, GRPO, off-policy
corrections.

## Why it is bad

The difference has no upper bound: one action that the old policy thought impossible (or one padding
position filled with -100) gives $e^{100}$. $e^x$ is `inf` above 88.72 in float32 and bfloat16, above 11.09
in float16. A clip or a mask applied afterwards hides the value, and the gradient of the hidden element is
`0 * inf = nan`.

## Fix safety

Unsafe: the bound changes ratios above $e^{20}$ (4.85e8) and their gradient. In float16 choose a bound below
11.

## References

- J. Schulman et al., *Proximal policy optimization algorithms*, 2017, https://arxiv.org/abs/1707.06347
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Op
from numsan.core.ratios import log_ratio
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, most, peel, source

NORMALISER = re.compile(r"log_?(sum|norm|z|partition|evidence)", re.I)
DENSITY = re.compile(r"^[\w.]*log_prob\([^()]*\)$")  # of one value, whatever it is normalised by

rule = Rule(
    code="NS105",
    name="unbounded-log-ratio",
    kind="overflow",
    trained=True,
    title="exp of a difference of log-probabilities has no upper bound",
    advice="bound or mask the difference before the exponential: torch.exp((a - b).clamp(max=20.0))",
    doc=__doc__,
    examples=(
        Example(
            given="logp = torch.zeros(2, requires_grad=True)\nold_logp = torch.tensor([-1.0, -100.0])",
            bad="y = torch.exp(logp - old_logp)",
            good="y = torch.exp(torch.clamp(logp - old_logp, max=20.0))",
            silent=("y = torch.exp((logp - old_logp).clamp(max=10.0))", "y = torch.exp(logp - logp.max())"),
        ),
        Example(
            given="log_ratio = torch.tensor([1.0, 100.0], requires_grad=True)",
            bad="y = log_ratio.exp()",
            good="y = torch.exp(torch.clamp(log_ratio, max=20.0))",
        ),
        Example(
            given="logp = torch.zeros(1, 2, requires_grad=True)\nold_logp = torch.tensor([[-200.0, -100.0]])\n"
            "mask = torch.ones(1, 2)",
            bad="r = (logp - old_logp) * mask\ny = torch.exp(r.sum(1) / mask.sum(1).clamp(min=1))",
            good="r = (logp - old_logp) * mask\n"
            "y = torch.exp(torch.clamp(r.sum(1) / mask.sum(1).clamp(min=1), max=20.0))",
        ),
    ),
)


@rule.matches("exp")
def of_probabilities(op: Op) -> Bindings | None:
    held = _averaged(op.args[0])
    ratio = log_ratio(held)
    if ratio is None:
        return None
    a, b = ratio
    return {"a": a, "b": b, "x": op.args[0], "difference": held}


def _averaged(x: Any) -> Any:
    """The ratio of one token in that of a sequence: `r.mean(1)`, `(r * mask).sum(1) / mask.sum(1)`."""
    held = peel(x, "neg", "mean", "sum", "cumsum")
    match held:
        case Op("div", (Op("sum", _) as total, _)):
            return _averaged(total)
        case Op("mul", (inner, mask)) | Op("mul", (mask, inner)) if interval(mask) == (0.0, 1.0):
            return _averaged(inner)
        case _:
            return held


@rule.reachable_when()
def unbounded(a: Any, b: Any, x: Any, difference: Any) -> bool | None:
    if isinstance(x, Op) and DENSITY.search(str(getattr(x.where, "text", ""))):
        return None
    if NORMALISER.search(source(b)):
        return None  # a part of what it is divided by
    return interval(x)[1] > 700


@rule.bites_when
def overflowed(a: Any, b: Any, x: Any, difference: Any) -> str | None:
    form, top = format_of(x), most(x)
    if form is None or top is None or top <= form.exp_limit:
        return None
    return f"`{source(x)}` reaches {top:.4g} > {form.exp_limit:.4g}, where exp overflows {form.name}"


@rule.fixed_by
def bounded(a: Any, b: Any, x: Any, difference: Any) -> str | None:
    return f"torch.exp(torch.clamp({source(x)}, max=20.0))"
