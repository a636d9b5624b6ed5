r"""## What it does

Finds a gradient norm written out over the parameters of a float16 model: `(p.grad ** 2).sum()`.

## Why it is bad

In float16 the square of a component is `inf` from 256 on and 0 below 2.4e-4, and the sum ends at 65504: a norm of
256 is infinite. The clip factor is then 0 (the step is lost) or, for a norm of 0, the gradients pass unclipped. In
bfloat16 the range is enough, and a sum of more than 256 equal squares stops growing.

## Fix safety

No automatic fix: `torch.nn.utils.clip_grad_norm_` over float32 gradients replaces several lines.

## References

- P. Micikevicius et al., *Mixed precision training*, 2017, https://arxiv.org/abs/1710.03740
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program, dotted
from numsan.core.rule import Example, Rule

_GIVEN = (
    "net = torch.nn.Linear(4, 1, bias=False)\nx = torch.full((1, 4), 200.0)\n"
    "def fill(net):\n    net.weight.grad = x.to(net.weight.dtype).clone()\n"
)

rule = Rule(
    code="NS612",
    name="gradient-norm-in-half",
    kind="overflow",
    severity="warning",
    phase="optimizer",
    title="a gradient norm in float16 is infinite from 256 on",
    advice="square in float32: p.grad.float().pow(2).sum(), or keep float32 weights and clip_grad_norm_",
    doc=__doc__,
    examples=(
        Example(
            given=_GIVEN,
            bad=(
                "net.half()\nfill(net)\n"
                "y = torch.stack([(p.grad**2).sum() for p in net.parameters()]).sum().detach()"
            ),
            good=(
                "net.half()\nfill(net)\n"
                "y = torch.stack([(p.grad.float() ** 2).sum() for p in net.parameters()]).sum().detach()"
            ),
            silent=("y = sum((p.grad**2).sum() for p in net.parameters())",),
            run=False,
        ),
    ),
)


@rule.scans(".half()", ".grad")
def squared(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if "step(" not in program.text and "parameters()" not in program.text:
        return
    if not any(_converts(node) for node in program.nodes):
        return
    for node in program.nodes:
        name = _square(node)
        if name:
            yield node, f"the square of `{name}` is float16: inf from 256 on, 0 below 2.4e-4"


def _converts(node: ast.AST) -> bool:
    """`model.half()` as a statement, or `model = build().half()`: tensors are not converted as a statement."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="half"), args=[])):
            return True
        case ast.Assign(targets=[target], value=ast.Call(func=ast.Attribute(attr="half"), args=[])):
            return dotted(target).rpartition(".")[2].lower() in ("model", "net", "network", "module")
        case _:
            return False


def _square(node: ast.AST) -> str:
    """The gradient that is squared as it is."""
    match node:
        case ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=2)):
            name = dotted(base)
        case ast.Call(func=ast.Attribute(attr="pow", value=base), args=[ast.Constant(value=2)]):
            name = dotted(base)
        case ast.Call(func=ast.Attribute(attr="square", value=base), args=[]):
            name = dotted(base)
        case ast.BinOp(left=base, op=ast.Mult(), right=other) if dotted(base) == dotted(other):
            name = dotted(base)
        case _:
            return ""
    return name if name.endswith((".grad", ".grad.data")) else ""
