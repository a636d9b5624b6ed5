r"""## What it does

Finds similarities divided by a learned temperature that nothing keeps above 0.

## Why it is bad

The gradient of a softmax over $s / \tau$ with respect to $\tau$ grows as $1/\tau^2$ and pulls $\tau$ down once the
classes are separated: one step from 0.05 can pass 0. At 0 the quotient is `inf` or `nan` in every format, below it the
ranking is turned round, and float16 (largest 65504) overflows from $\tau < 1.5\cdot10^{-5}$ on for similarities of 1.

## Fix safety

No automatic fix: the parameter means something else afterwards. CLIP learns $\log(1/\tau)$ and clips it to
$\ln 100$.

## References

- A. Radford et al., *Learning transferable visual models from natural language supervision*, 2021, section 2.5,
  https://arxiv.org/abs/2103.00020
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program, dotted, lines_with
from numsan.core.rule import Example, Rule

_GIVEN = (
    "s, labels = torch.eye(4) * 0.1 + 0.4, torch.arange(4)\n"
    "def train(p, loss):\n"
    "    opt = torch.optim.SGD([p], lr=0.1)\n"
    "    for _ in range(2):\n"
    "        opt.zero_grad()\n        loss().backward()\n        opt.step()\n"
    "    return 1 + loss().detach()"
)

rule = Rule(
    code="NS323",
    name="temperature-reaches-zero",
    kind="domain",
    severity="warning",
    title="a learned temperature can reach 0, and is divided by",
    advice="learn its logarithm: logits = s * log_scale.clamp(max=4.6052).exp(), or divide by tau.clamp(min=0.01)",
    doc=__doc__,
    examples=(
        Example(
            given=_GIVEN,
            bad=(
                "tau = torch.nn.Parameter(torch.tensor(0.05))\n"
                "y = train(tau, lambda: torch.nn.functional.cross_entropy(s / tau, labels))"
            ),
            good=(
                "log_scale = torch.nn.Parameter(torch.tensor(20.0).log())\n"
                "y = train(log_scale, lambda: torch.nn.functional.cross_entropy("
                "s * log_scale.clamp(max=4.6052).exp(), labels))"
            ),
            silent=(
                "tau = torch.nn.Parameter(torch.tensor(0.05))\ny = s / tau.clamp(min=0.01)",
                "tau = torch.nn.Parameter(torch.tensor(0.05))\ny = s / tau\ntau.data.clamp_(min=0.01)",
                "tau = 0.05\ny = s / tau",
            ),
            wrong_by=0.8,
            run=False,
        ),
    ),
)

_NAME = re.compile(r"(^|[._])(temp|temperature|tau)s?$")
_DIVISOR = re.compile(r"/ *[\w.]*(temp|temperature|tau)s?\b")
_LEARNED = ("Parameter", "Variable", "add_weight")


@rule.scans("/")
def divided(program: Program) -> Iterator[tuple[ast.AST, str]]:
    text = program.text
    if not any(f"{made}(" in text for made in _LEARNED) or not any(
        lines_with(text, w, _DIVISOR) for w in ("temp", "tau")
    ):
        return
    names = {name for made in _LEARNED for name in program.made_by(made) if _NAME.search(name)}
    for name in names:
        shown = re.escape(name)
        if re.search(
            rf"{shown}[\w.]*\.(clamp|clip|exp|abs)|(clamp|clip\w*|softplus|exp|abs|maximum)\(\s*{shown}\b",
            text,
        ):
            continue
        for node in program.nodes:
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and dotted(node.right) == name:
                yield node, f"`{name}` is learned, and nothing keeps it above 0"
