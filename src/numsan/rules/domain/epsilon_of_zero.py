r"""## What it does

Finds optimizers, normalisation layers and `normalize` that are given an epsilon of 0.

## Why it is bad

The epsilon is what keeps the denominator off 0: with `eps=0` Adam divides 0 by 0 for a weight without a gradient, a
layer norm for a constant row, `normalize` for a zero vector. $0/0$ is `nan` in every format.

## Fix safety

No automatic fix: the default is right for most, but somebody has chosen another value.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, lines_with
from numsan.core.rule import Example, Rule

ZERO = re.compile(r"eps(ilon)?\s*=\s*(0|0?\.0*|0\.)\s*[,)\n]")
GUARDED = re.compile(
    r"^(adam\w*|n?adamw?|radam|rmsprop|adagrad|adadelta|adamax|lamb|lion|batchnorm\w*|batch_norm|layernorm\w*|layer_norm"
    r"|groupnorm\w*|group_norm|instancenorm\w*|instance_norm|rmsnorm|rms_norm|normalize|cosine_similarity"
    r"|batchnormalization|layernormalization)$",
    re.I,
)

rule = Rule(
    code="NS328",
    name="epsilon-of-zero",
    kind="domain",
    title="with an epsilon of 0 the denominator can be 0",
    advice="leave the epsilon at its default, or choose one above 0 that the format holds",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.ones(2, 3, requires_grad=True)",
            bad="y = torch.nn.functional.layer_norm(x, (3,), eps=0.0)",
            good="y = torch.nn.functional.layer_norm(x, (3,), eps=1e-5)",
            silent=("y = smooth(x, eps=0)", "y = torch.nn.functional.normalize(x, eps=1e-6)"),
            run=False,
        ),
        Example(
            given="w = torch.zeros(2, requires_grad=True)",
            bad="opt = torch.optim.Adam([w], eps=0)\nw.grad = torch.zeros(2)\nopt.step()\ny = w.detach()",
            good="opt = torch.optim.Adam([w])\nw.grad = torch.zeros(2)\nopt.step()\ny = w.detach()",
            run=False,
        ),
    ),
)


@rule.scans("eps")
def without_epsilon(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for body in program.bodies_at(lines_with(program.text, "eps", ZERO)):
        for call in body.calls:
            given = call.keyword("eps") or call.keyword("epsilon")
            zero = isinstance(given, ast.Constant) and given.value in (0, 0.0) and given.value is not False
            if zero and GUARDED.match(call.method):
                yield call.node, f"`{call.method}` divides by what can be 0, and its epsilon is 0"
