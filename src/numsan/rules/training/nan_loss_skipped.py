r"""## What it does

Finds `if torch.isnan(loss): continue` (or `isfinite`), and `if torch.isfinite(loss): loss.backward()` with nothing
for the other case.

## Why it is bad

The sample that makes the `nan` is never learned from, in every format, and comes back each epoch; when the
weights themselves are `nan`, every step is skipped for the rest of the run.

## Fix safety

No automatic fix: what to do with such a step is a decision.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.isfinite.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from numsan.core.program import Program
from numsan.core.rule import Example, Rule

rule = Rule(
    code="NS506",
    name="nan-loss-skipped",
    kind="method",
    severity="info",
    phase="optimizer",
    title="a step with a nan loss is skipped and nobody learns why",
    advice="log the step and its samples, or let numsan run name the cause; count the skipped steps",
    doc=__doc__,
    examples=(
        Example(
            given=(
                "w = torch.full((1,), float('nan'), requires_grad=True)\n"
                "opt = torch.optim.SGD([w], lr=0.1)\n"
                "learned, reported = [], []"
            ),
            bad=(
                "for step in range(3):\n"
                "    loss = (w * step).sum()\n"
                "    if torch.isnan(loss):\n"
                "        continue\n"
                "    opt.zero_grad()\n"
                "    loss.backward()\n"
                "    opt.step()\n"
                "    learned.append(step)\n"
                "y = torch.tensor(4.0 - len(learned) - len(reported))"
            ),
            good=(
                "for step in range(3):\n"
                "    loss = (w * step).sum()\n"
                "    if torch.isnan(loss):\n"
                "        reported.append(step)\n"
                "        continue\n"
                "    opt.zero_grad()\n"
                "    loss.backward()\n"
                "    opt.step()\n"
                "    learned.append(step)\n"
                "y = torch.tensor(4.0 - len(learned) - len(reported))"
            ),
            silent=(
                "for loss in losses:\n"
                "    if torch.isnan(loss):\n"
                "        raise FloatingPointError(loss)\n"
                "    loss.backward()",
                "if torch.isfinite(loss):\n    loss.backward()\nelse:\n    print('not finite', loss)",
            ),
            wrong_by=0.9,  # the weights are nan from the first step on, and no step says so
            run=False,
        ),
    ),
)

_ASKED = re.compile(r"is_?(nan|finite|inf)\(")


@rule.scans("loss")
def skipped(program: Program) -> Iterator[tuple[ast.AST, str]]:
    if not _ASKED.search(program.text):
        return
    for node in program.nodes:
        if not isinstance(node, ast.If) or node.orelse:
            continue
        test = ast.unparse(node.test)
        if not _ASKED.search(test) or "loss" not in test:
            continue
        if isinstance(node.body[-1], ast.Continue) and all(map(_silent, node.body[:-1])):
            yield node.test, f"steps where `{test}` holds are dropped without a word"
        elif _fine(node.test) and any(_differentiates(s) for s in node.body):
            yield node.test, f"steps where `{test}` does not hold are dropped without a word"


def _silent(statement: ast.stmt) -> bool:
    """`optimizer.zero_grad()`, which tells nobody."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="zero_grad"))):
            return True
        case _:
            return isinstance(statement, ast.Delete)


def _fine(test: ast.expr) -> bool:
    """Whether the whole test says that the loss is finite."""
    inner = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test
    asked = _ASKED.search(ast.unparse(inner))
    return (
        asked is not None and not isinstance(inner, ast.BoolOp) and (asked[1] == "finite") == (inner is test)
    )


def _differentiates(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="backward"))):
            return True
        case _:
            return False
