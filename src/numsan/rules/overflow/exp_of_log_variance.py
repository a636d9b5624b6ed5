r"""## What it does

Finds the exponential of an unbounded log-variance, log-sigma or log-scale, as in variational autoencoders
and Gaussian policies.

## Why it is bad

A linear layer's output has no bound. $e^{x}$ is `inf` above 88.72 in float32 and bfloat16, 11.09 in
float16; the KL term $1 + \log\sigma^2 - \mu^2 - \sigma^2$ is then `-inf` and every gradient `nan`. One
unusual sample is enough.

## Fix safety

Unsafe: the bound changes log-variances above 20, that is standard deviations above 22,026.

## References

- D. Kingma, M. Welling, *Auto-encoding variational Bayes*, 2013, https://arxiv.org/abs/1312.6114
"""

from __future__ import annotations

import re
from typing import Any

from numsan.core.bounds import interval
from numsan.core.op import Leaf, Op
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import format_of, most, peel, source

LOG_SCALE = re.compile(
    r"log_?(var|variance|sigma|std|scale|s2|stddev|noise)|(^|[._])(lv|lvar|logv|logsd|lsigma)(_\w+)?$", re.I
)

SCALE = re.compile(r"(log_?)?(s|scales?_?|sigmas?|stds?)$")  # what is exponentiated is the logarithm of one
PARAMETER = re.compile(r"^self\.(\w+\.)*log_?(std|scale|sigma)\w*$", re.I)

rule = Rule(
    code="NS106",
    name="unbounded-log-variance",
    kind="overflow",
    title="exp of a log-variance that nothing bounds",
    advice="bound it where it is made: logvar = logvar.clamp(-20.0, 20.0), or use softplus for the scale",
    doc=__doc__,
    examples=(
        Example(
            given="logvar = torch.tensor([0.0, 120.0], requires_grad=True)",
            bad="y = -0.5 * (1 + logvar - torch.exp(logvar))",
            good="y = -0.5 * (1 + logvar - torch.exp(torch.clamp(logvar, max=20.0)))",
            silent=(
                "logvar = logvar.clamp(-10.0, 10.0)\ny = torch.exp(logvar)",
                "y = torch.exp(-logvar.abs())",
            ),
        ),
        Example(
            given="log_std = torch.tensor([0.0, 240.0], requires_grad=True)",
            bad="y = (0.5 * log_std).exp()",
            good="y = (0.5 * log_std).clamp(max=20.0).exp()",
            fixed="y = torch.exp(torch.clamp(0.5 * log_std, max=20.0))",
        ),
        Example(
            given="s = torch.tensor([0.0, -120.0], requires_grad=True)\nerror = torch.tensor([1.0, 1.0])",
            bad="y = torch.exp(-s) * error + s",
            good="y = torch.exp(-s.clamp(-20.0, 20.0)) * error + s",
            silent=("y = torch.exp(-s.abs()) * error + s",),
            run=False,
        ),
    ),
)


@rule.matches("exp", "add", "sub")
def of_a_log_scale(op: Op) -> Bindings | None:
    if op.name != "exp":
        return _penalised(op)
    x = op.args[0]
    match peel(x):
        case (
            Op("mul", (int() | float(), inner))
            | Op("mul", (inner, int() | float()))
            | Op("div", (inner, 2 | 2.0))
        ):
            named = peel(inner)
        case Op("neg", (inner,)):
            named = peel(inner)
        case Op("clamp", (inner, _)) | Op("clamp", (inner, _, None)) | Op("maximum", (inner, _)):
            named = peel(inner)  # a floor is no ceiling
        case inner:
            named = inner
    told = isinstance(named, Leaf) and (
        LOG_SCALE.search(named.text) or (named is peel(x) and SCALE.match(named.text))
    )
    return {"x": x, "named": named} if told else None


def _penalised(op: Op) -> Bindings | None:
    """`exp(-s) * loss + s`: what is exponentiated and added on is a log-variance, whatever it is called."""
    first, second = op.args[0], op.args[1]
    for weighted, penalty in ((first, second), (second, first)):
        named = _scaled(penalty)
        if (
            not isinstance(named, Leaf)
            or LOG_SCALE.search(named.text)
            or not isinstance(weighted, Op)
            or weighted.name not in ("mul", "exp")
        ):
            continue
        factors = weighted.args if weighted.name == "mul" else (weighted,)
        for factor in factors:
            inner = peel(factor)
            if isinstance(inner, Op) and inner.name == "exp" and _scaled(inner.args[0]) == named:
                if len(factors) == 1 and isinstance(sign := peel(inner.args[0]), Op) and sign.name == "neg":
                    return None  # exp(-z) + z, the density of Gumbel's distribution
                return {"x": inner.args[0], "named": named}
    return None


def _scaled(x: Any) -> Any:
    """What is left of `-0.5 * s`."""
    match peel(x):
        case Op("neg", (inner,)) | Op("mul", (int() | float(), inner)) | Op("mul", (inner, int() | float())):
            return _scaled(inner)
        case Op("div", (inner, int() | float())):
            return _scaled(inner)
        case inner:
            return inner


@rule.reachable_when("named")
def unbounded(x: Any, named: Leaf) -> bool | None:
    """A free parameter moves by the learning rate a step; the output of a network has no such limit."""
    if PARAMETER.search(named.text):
        return None
    if named.call is not None and ("zeros" in named.call[0] or named.call[0].endswith(".normal")):
        return False
    return interval(x)[1] > 700


@rule.bites_when
def overflowed(x: Any, named: Leaf) -> str | None:
    form, top = format_of(x), most(x)
    if form is None or top is None or top <= form.exp_limit:
        return None
    return f"`{source(x)}` reaches {top:.4g} > {form.exp_limit:.4g}, where exp overflows {form.name}"


@rule.fixed_by
def bounded(x: Any, named: Leaf) -> str | None:
    if not (LOG_SCALE.search(named.text) or named is peel(x)):
        return None  # found by the sum it stands in, which is no place for it
    return f"torch.exp(torch.clamp({source(x)}, max=20.0))"
