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

from numsan.core.program import Program, dotted
from numsan.core.rule import Example, Rule
from numsan.core.syntax import walk

_EVALUATION = re.compile(r"eval|infer|predict")

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
    ),
)


@rule.scans("bfloat16", "optim")
def low_precision_weights(program: Program) -> Iterator[tuple[ast.AST, str]]:
    evaluated = {id(n) for test in program.nodes if _asks_for_evaluation(test) for n in walk(test)}
    for node in program.nodes:
        if id(node) in evaluated:
            continue
        value = node.value if isinstance(node, ast.Assign | ast.Expr) else None
        if value is None or not _converts(value, program):
            continue
        assert isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)
        target = node.targets[0] if isinstance(node, ast.Assign) else value.func.value
        if dotted(target) and _optimised(dotted(target), program):
            yield (
                value,
                f"the weights of `{dotted(target)}` are bfloat16: an update below 1/512 of a weight is lost",
            )


def _asks_for_evaluation(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and bool(_EVALUATION.search(ast.unparse(node.test)))


def _converts(value: ast.expr, program: Program) -> bool:
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
        return False
    if value.func.attr == "bfloat16":
        return not value.args
    kinds = [*value.args, *(k.value for k in value.keywords if k.arg == "dtype")]
    return value.func.attr == "to" and any(program.qualified(k) == "torch.bfloat16" for k in kinds)


def _optimised(name: str, program: Program) -> bool:
    return any(c.receiver == name and not c.node.args for c in program.calls("parameters"))
