r"""## What it does

Finds an optimizer step in a file that trains `nn.RNN`, `nn.LSTM` or `nn.GRU` (or their cells) and never
clips.

## Why it is bad

Through $T$ steps the gradient is multiplied by the recurrent Jacobian $T$ times: with a spectral norm of
1.1 a factor of 13,781 over 100 steps, with 2 float32 (3.4e38) overflows after 128, float16 (65504) after
16. One such step ends training.

## Fix safety

No automatic fix: the bound is a choice.

## References

- R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, 2013,
  https://arxiv.org/abs/1211.5063
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS504",
    name="recurrence-without-clipping",
    kind="explosion",
    severity="info",
    phase="optimizer",
    title="a recurrent network is trained without a bound on the gradient norm",
    advice="clip before the step: torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
    doc=__doc__,
    examples=(
        Example(
            given=("x = torch.zeros(100, 1, 1)\ntorch.manual_seed(0)"),
            bad=(
                "net = torch.nn.RNN(1, 1)\n"
                "with torch.no_grad():\n"
                "    for p in net.parameters():\n"
                "        p.fill_(2.0 if p.dim() == 2 else 0.0)\n"
                "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
                "net(x)[0][-1].sum().backward()\n"
                "opt.step()\n"
                "y = 1 + net.bias_hh_l0.detach().abs()"
            ),
            good=(
                "net = torch.nn.RNN(1, 1)\n"
                "with torch.no_grad():\n"
                "    for p in net.parameters():\n"
                "        p.fill_(2.0 if p.dim() == 2 else 0.0)\n"
                "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
                "net(x)[0][-1].sum().backward()\n"
                "torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)\n"
                "opt.step()\n"
                "y = 1 + net.bias_hh_l0.detach().abs()"
            ),
            silent=("net = torch.nn.RNN(1, 1)\nnet(x)[0].sum().backward()",),
            wrong_by=1e20,  # one step moves a weight by 1e29
            run=False,
        ),
    ),
)


_RECURRENT = re.compile(r"\bnn\.(RNN|LSTM|GRU)(Cell)?\(")


@rule.scans("backward", ".step(")
def unbounded(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if not _RECURRENT.search(program.text) or "clip" in program.code:
        return
    for call in program.calls("step"):
        if not call.node.args and not re.search(r"sched|prof|warm|scal", call.receiver):
            yield (
                call.node,
                f"`{call.receiver}.step()` follows a backward pass through time, and nothing bounds it",
            )
