r"""## What it does

Finds `cross_entropy` applied to probabilities: a softmax before a loss that takes logits.

## Why it is bad

The loss applies log-softmax again, to numbers between 0 and 1: the result can never fall below $\log(1 +
(n-1)e^{-1})$ (1.46 for 10 classes), and the gradient is squeezed through two softmaxes. Nothing is
infinite, in every format; training stalls.

## Fix safety

Unsafe: it is what was meant, but the loss changes.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.program import Program, dotted
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.values import peel, source

# weights of an attention times labels are probabilities, too
LABELS = re.compile(r"label|one_?hot|target|(^|_)y$", re.I)

rule = Rule(
    code="NS121",
    name="cross-entropy-of-probabilities",
    kind="vanishing",
    title="cross_entropy takes logits, and gets the output of a softmax",
    advice="pass the logits: torch.nn.functional.cross_entropy(x, target)",
    doc=__doc__,
    examples=(
        Example(
            given="x = torch.tensor([[8.0, -8.0]])\nt = torch.tensor([0])",
            bad="y = torch.nn.functional.cross_entropy(torch.softmax(x, -1), t)",
            good="y = torch.nn.functional.cross_entropy(x, t)",
            silent=("y = torch.nn.functional.cross_entropy(x, t)",),
            wrong_by=10.0,
            run=False,
        ),
        Example(
            given="x = torch.tensor([[8.0, -8.0]])\nt = torch.tensor([0])",
            bad="loss = torch.nn.CrossEntropyLoss()\np = x.softmax(dim=1)\ny = loss(p, t)",
            good="y = torch.nn.functional.cross_entropy(x, t)",
            fixed="loss = torch.nn.CrossEntropyLoss()\np = x.softmax(dim=1)\n"
            "y = torch.nn.functional.cross_entropy(x, t)",
            wrong_by=10.0,
            run=False,
        ),
    ),
)


def _softmax(x: Any) -> Any:
    held = peel(x)
    return held.args[0] if isinstance(held, Op) and held.name == "softmax" else None


@rule.matches("cross_entropy")
def of_probabilities(op: Op) -> Bindings | None:
    match peel(op.args[0]):
        case Op("softmax", (x, *_)) as p:
            return {"x": x, "target": op.args[1] if len(op.args) == 2 and op.args[0] is p else None}
        case Op("matmul", (p, Leaf() as y)) if _softmax(p) is not None and LABELS.search(y.text):
            return {"x": _softmax(p), "target": None}
        case _:
            return None


@rule.scans("from_logits", "softmax")
def of_a_compiled_model(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """`Sequential([..., Dense(10, activation="softmax")])`, compiled with `from_logits=True`."""
    ending = {
        dotted(n.targets[0]) for n in program.nodes if isinstance(n, ast.Assign) and _ends_in_softmax(n.value)
    }
    for call in program.calls("compile") if ending else ():
        loss = call.keyword("loss")
        words = {k.arg: k.value for k in loss.keywords} if isinstance(loss, ast.Call) else {}
        given = words.get("from_logits")
        if call.receiver in ending and isinstance(given, ast.Constant) and given.value is True:
            yield call.node, f"`{call.receiver}` ends in a softmax, and its loss takes logits"


def _ends_in_softmax(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=made, args=[ast.List(elts=[*_, ast.Call() as last]), *_]) if dotted(made).endswith(
            "Sequential"
        ):
            activation = next((k.value for k in last.keywords if k.arg == "activation"), None)
            named = isinstance(activation, ast.Constant) and activation.value == "softmax"
            return named or dotted(last.func).endswith("Softmax")
        case _:
            return False


@rule.fixed_by
def of_logits(x: Any, target: Any) -> str | None:
    return None if target is None else f"torch.nn.functional.cross_entropy({source(x)}, {source(target)})"
