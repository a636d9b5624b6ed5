r"""## What it does

Finds a loss that is summed or collected over a training loop together with the graph that made it:
`total += loss` after `loss.backward()`.

## Why it is bad

`total` is a tensor with a history, one more addition every step. It keeps every loss tensor and its node
alive, and what is computed from it is differentiated through all steps. Memory grows until the run ends, and in
half precision the sum itself stops growing (a float16 sum of losses near 1 stands still at 2,048).

## Fix safety

No automatic repair: whether the sum is wanted for a later backward pass is not in the loop.

## References

- PyTorch, *Frequently asked questions*, My model reports out of memory
  https://docs.pytorch.org/docs/stable/notes/faq.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Body, Program, dotted
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS512",
    name="loss-kept-with-its-graph",
    kind="method",
    phase="optimizer",
    title="a loss is kept over steps together with its graph",
    advice="keep the number: total += loss.item(), or loss.detach() to stay on the device",
    doc=__doc__,
    examples=(
        Example(
            given="w = torch.ones(2, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)",
            bad="total = 0.0\nfor x in [torch.ones(2)] * 3:\n    opt.zero_grad()\n    loss = (w * x).sum()\n"
            "    loss.backward()\n    opt.step()\n    total += loss\n"
            "y = torch.tensor(1.0 + bool(getattr(total, 'grad_fn', None)))",
            good="total = 0.0\nfor x in [torch.ones(2)] * 3:\n    opt.zero_grad()\n    loss = (w * x).sum()\n"
            "    loss.backward()\n    opt.step()\n    total += loss.item()\n"
            "y = torch.tensor(1.0 + bool(getattr(total, 'grad_fn', None)))",
            silent=(
                "total = 0\nfor x in xs:\n    loss = f(x)\n    total += loss\ntotal.backward()",
                "for x in xs:\n    loss = f(x)\n    loss.backward()\n    total += loss.detach()",
            ),
            wrong_by=0.5,
            run=False,
        ),
    ),
)


@rule.scans(".backward(")
def kept(program: Program) -> Iterator[tuple[ast.AST, str]]:
    for body in program.bodies:
        backward = {call.receiver for call in body.methods("backward") if call.receiver}
        for node in _kept_in_loops(body, backward):
            yield node, "every step's graph stays reachable from what is summed up here"


def _kept_in_loops(body: Body, backward: set[str]) -> Iterator[ast.AST]:
    seen: set[int] = set()
    for loop in body.loops:
        inside = list(ast.walk(loop))
        stepped = {name for n in inside if (name := _differentiated(n))}
        numbers = {name for n in inside if (name := _number(n))}
        for node in inside:
            kept = _accumulated(node)
            if kept is None or id(node) in seen:
                continue
            target, value = kept
            if value in stepped and value not in numbers and target not in backward:
                seen.add(id(node))
                yield node


def _differentiated(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Attribute(attr="backward", value=loss)):
            return dotted(loss)
        case _:
            return ""


def _number(node: ast.AST) -> str:
    """`loss = loss.item()` before it is kept."""
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(func=ast.Attribute(attr="item" | "detach" | "tolist" | "numpy")),
        ):
            return name
        case _:
            return ""


def _accumulated(node: ast.AST) -> tuple[str, str] | None:
    """The name that grows and the name that it grows by."""
    match node:
        case ast.AugAssign(target=target, op=ast.Add(), value=ast.Name(id=value)):
            return dotted(target), value
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(attr="append", value=target), args=[ast.Name(id=value)])
        ):
            return dotted(target), value
        case ast.Assign(
            targets=[target], value=ast.BinOp(left=left, op=ast.Add(), right=ast.Name(id=value))
        ) if dotted(target) == dotted(left) and dotted(target):
            return dotted(target), value
        case ast.Assign(targets=[target], value=ast.BinOp(op=ast.Add()) as mean) if dotted(target):
            return _averaged(dotted(target), mean)
        case _:
            return None


def _averaged(target: str, mean: ast.BinOp) -> tuple[str, str] | None:
    """`ema = 0.9 * ema + 0.1 * loss`."""
    factors = [_factor(side) for side in (mean.left, mean.right)]
    if target not in factors:
        return None
    other = factors[1 - factors.index(target)]
    return (target, other) if other and other != target else None


def _factor(side: ast.expr) -> str:
    """The loss of `0.1 * loss`, `loss * (1 - decay)`."""
    match side:
        case ast.BinOp(left=a, op=ast.Mult(), right=ast.Name() as b):
            return b.id if not isinstance(a, ast.Name) or "loss" in b.id else ""
        case ast.BinOp(left=ast.Name() as a, op=ast.Mult()):
            return a.id
        case ast.BinOp(op=ast.Mult(), right=ast.Attribute() as b):
            return dotted(b)
        case _:
            return ""
