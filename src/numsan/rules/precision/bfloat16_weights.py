r"""## What it does

Finds an optimizer over the parameters of a model that was converted to bfloat16 (or float16).

## Why it is bad

bfloat16 keeps 8 bits: $w + \Delta$ rounds back to $w$ when $|\Delta| < |w|/512$. With Adam the step is
about the learning rate, 1e-4 to 1e-3, so weights above 0.05 to 0.5 stop moving; in float16 the limit is
$|w|/4096$, in float32 $|w|/3.4e7$. Nothing is infinite; training stalls.

## Fix safety

No automatic fix: master weights, stochastic rounding or Kahan summation are decisions.

## References

- P. Zamirai et al., *Revisiting bfloat16 training*, 2020, https://arxiv.org/abs/2010.06192
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule
from numsan.core.syntax import walk
from numsan.core.weights import short_weights, true_precision

_SHORT = re.compile(r"float16|\.half\(\)")
_EVALUATION = re.compile(r"eval|infer|predict")

_KEPT = re.compile(r"master|stochastic_?round|kahan", re.I)  # what is lost is kept somewhere, or drawn

rule = Rule(
    code="NS603",
    name="bfloat16-weights",
    kind="precision",
    severity="warning",
    phase="optimizer",
    title="updates smaller than 0.4 % of a bfloat16 weight are lost",
    advice="keep float32 master weights and use autocast(dtype=torch.bfloat16) for the computation",
    doc=__doc__,
    examples=(
        Example(
            given=(
                "m = torch.nn.Linear(1, 1, bias=False)\ntorch.nn.init.ones_(m.weight)\nx = torch.ones(1, 1)"
            ),
            bad=(
                "m = m.to(torch.bfloat16)\n"
                "opt = torch.optim.SGD(m.parameters(), lr=1e-3)\n"
                "for _ in range(100):\n"
                "    opt.zero_grad()\n"
                "    m(x.to(torch.bfloat16)).sum().backward()\n"
                "    opt.step()\n"
                "y = m.weight.detach()"
            ),
            good=(
                "opt = torch.optim.SGD(m.parameters(), lr=1e-3)\n"
                "for _ in range(100):\n"
                "    opt.zero_grad()\n"
                "    m(x.float()).sum().backward()\n"
                "    opt.step()\n"
                "y = m.weight.detach()"
            ),
            silent=(("m = m.to(torch.bfloat16)\ny = m(x)"),),
            wrong_by=0.05,
            run=False,
        ),
        Example(
            given=(
                "m = torch.nn.Linear(1, 1, bias=False)\ntorch.nn.init.ones_(m.weight)\nx = torch.ones(1, 1)"
            ),
            bad=(
                "m = m.half()\n"
                "opt = torch.optim.SGD(m.parameters(), lr=1e-4)\n"
                "for _ in range(100):\n"
                "    opt.zero_grad()\n"
                "    m(x.half()).sum().backward()\n"
                "    opt.step()\n"
                "y = m.weight.detach()"
            ),
            good=(
                "opt = torch.optim.SGD(m.parameters(), lr=1e-4)\n"
                "for _ in range(100):\n"
                "    opt.zero_grad()\n"
                "    m(x.float()).sum().backward()\n"
                "    opt.step()\n"
                "y = m.weight.detach()"
            ),
            silent=("m = m.half()\ny = m(x)",),
            wrong_by=0.005,
            run=False,
        ),
    ),
)


# Adam in float16 is another rule's: its epsilon vanishes before its updates do
_OTHERS = ("SGD", "Adagrad", "Adadelta", "ASGD", "Rprop", "Lion", "Muon")
_LEAST = {"bfloat16": "1/512", "float16": "1/4096"}


@rule.scans()
def low_precision_weights(program: Program) -> Iterator[tuple[ast.AST, str]]:
    trained = true_precision(program)
    if trained is not None and ".fit(" in program.code and (trained[1] == "bfloat16" or _other(program)):
        yield trained[0], _says("the model", trained[1])
    if "optim" not in program.text or not _SHORT.search(program.text) or _KEPT.search(program.code):
        return
    converted = [w for w in short_weights(program) if not w.loaded]
    tests = program.nodes if converted else []
    evaluated = {id(n) for test in tests if _asks_for_evaluation(test) for n in walk(test)}
    for weights in (w for w in converted if id(w.node) not in evaluated):
        asked = _optimised if weights.kind == "bfloat16" else _stepped
        if (name := next((n for n in sorted(weights.names) if asked(n, program)), None)) is not None:
            yield weights.node, _says(f"`{name}`", weights.kind)


def _says(model: str, kind: str) -> str:
    return f"the weights of {model} are {kind}: an update below {_LEAST[kind]} of a weight is lost"


def _other(program: Program) -> bool:
    return next(program.calls(*_OTHERS), None) is not None


def _asks_for_evaluation(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and bool(_EVALUATION.search(ast.unparse(node.test)))


def _optimised(name: str, program: Program) -> bool:
    return any(c.receiver == name and not c.node.args for c in program.calls("parameters"))


def _stepped(name: str, program: Program) -> bool:
    """Whether an optimizer gets these parameters and nothing in the file keeps float32 copies of them."""
    if re.search(r"master|FP16_Optimizer|apex|deepspeed", program.code):
        return False
    return any(f"{name}.parameters()" in ast.unparse(c.node) for c in program.calls(*_OTHERS))
