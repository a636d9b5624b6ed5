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
            given="",
            bad=(
                "import torch\n"
                "net = torch.nn.RNN(2, 3)\n"
                "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
                "def f(x):\n"
                "    opt.zero_grad()\n"
                "    net(x)[0].sum().backward()\n"
                "    opt.step()"
            ),
            good=(
                "import torch\n"
                "net = torch.nn.RNN(2, 3)\n"
                "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
                "def f(x):\n"
                "    opt.zero_grad()\n"
                "    net(x)[0].sum().backward()\n"
                "    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)\n"
                "    opt.step()"
            ),
            run=False,
        ),
    ),
)


_RECURRENT = re.compile(r"\bnn\.(RNN|LSTM|GRU)(Cell)?\(")


@rule.scans("backward", ".step(")
def unbounded(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if "clip" in program.text or not _RECURRENT.search(program.text):
        return
    for call in program.calls("step"):
        if not call.node.args and not re.search(r"sched|prof|warm|scal", call.receiver):
            yield (
                call.node,
                f"`{call.receiver}.step()` follows a backward pass through time, and nothing bounds it",
            )
