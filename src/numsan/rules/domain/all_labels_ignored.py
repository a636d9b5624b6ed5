r"""## What it does

Finds a cross entropy of labels that a mask has set to the index which the loss ignores.

## Why it is bad

The mean is taken over the labels that are left. A batch in which the mask hides every one (a short sequence, a
truncated answer) divides $0/0$ = `nan`, in every format, and the gradient of the whole model is `nan`.

## Fix safety

No automatic fix: the sum is divided by the number of labels that are left, at least 1.

## References

- https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.program import Program
from numsan.core.rule import Bindings, Example, Rule
from numsan.core.syntax import signed
from numsan.core.values import peel, source

HIDDEN = re.compile(r"(!=|==) *(-\d+|\w*(\.\w+)*ignore_\w+)")
LABELS = re.compile(r"label|target|row|\by\b", re.I)

rule = Rule(
    code="NS327",
    name="all-labels-ignored",
    kind="domain",
    averaged=True,
    title="the mean of a cross entropy is 0/0 where every label is ignored",
    advice='use reduction="sum" and divide by (labels != -100).sum().clamp(min=1)',
    doc=__doc__,
    examples=(
        Example(
            given=(
                "x = torch.zeros(2, 3, requires_grad=True)\nt = torch.tensor([0, 1])\nhide = torch.tensor([True, True])"
            ),
            bad="t = t.masked_fill(hide, -100)\ny = torch.nn.functional.cross_entropy(x, t)",
            good=(
                "t = t.masked_fill(hide, -100)\n"
                "y = torch.nn.functional.cross_entropy(x, t, reduction='sum') / (t != -100).sum().clamp(min=1)"
            ),
            silent=(
                "if not hide.all():\n    t = t.masked_fill(hide, -100)\n"
                "    y = torch.nn.functional.cross_entropy(x, t)",
                "t = t.masked_fill(hide, 0)\ny = torch.nn.functional.cross_entropy(x, t)",
            ),
            run=False,
        ),
        Example(
            given="x, t = torch.randn(2, 3), torch.tensor([0, 1])",
            bad="def collate(labels, n):\n    labels[:n] = -100\n    return labels\n"
            "def loss(x, t):\n    return torch.nn.functional.cross_entropy(x, t)\ny = loss(x, collate(t, 2))",
            good="def collate(labels, n):\n    labels[:n] = -100\n    return labels\n"
            "def loss(x, t):\n    s = torch.nn.functional.cross_entropy(x, t, reduction='sum')\n"
            "    return s / (t != -100).sum().clamp(min=1)\ny = loss(x, collate(t, 2))",
            silent=(
                "def collate(labels, pad):\n    labels[labels == pad] = -100\n    return labels\n"
                "y = torch.nn.functional.cross_entropy(x, collate(t, 7))",
            ),
            run=False,
        ),
    ),
)


@rule.matches("cross_entropy", "nll_loss")
def of_hidden_labels(op: Op) -> Bindings | None:
    match op:
        case Op(_, (_, target, *_)):
            pass
        case _:
            return None
    match peel(target):
        case Op("masked_fill", (labels, mask, index)) if index == -100:
            return {"labels": labels, "mask": mask}
        case Op("where", (mask, labels, index)) | Op("where", (mask, index, labels)) if index == -100:
            return {"labels": labels, "mask": mask}
        case _:
            return None


@rule.reachable_when("mask", "labels")
def hidden(labels: Any, mask: Any) -> bool | None:
    """A mask that hides padding alone leaves something of every row."""
    if not isinstance(mask, Op | Leaf):
        return None
    return None if "pad" in source(mask).lower() else True


@rule.scans("cross_entropy", "-1")
def hidden_elsewhere(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """`labels[:, :prompt] = -100` in one function, the mean over what is left in another."""
    hidden = {value for node in program.nodes if (value := _hides(node, program)) is not None}
    for body in program.bodies if hidden else ():
        if any(isinstance(n, ast.Compare) and HIDDEN.search(ast.unparse(n)) for n in body.nodes):
            continue  # somebody counts what is left
        for call in body.methods("cross_entropy"):
            words = {k.arg: k.value for k in call.node.keywords}
            reduction = words.get("reduction")
            averaged = reduction is None or (
                isinstance(reduction, ast.Constant) and reduction.value == "mean"
            )
            ignored = _index(program, words["ignore_index"]) if "ignore_index" in words else -100
            if averaged and ignored in hidden:
                yield call.node, f"labels are set to {ignored}: 0 / 0 where nothing else is left"


def _index(program: Program, value: ast.expr, names: int = 2) -> int | None:
    """A number, or a name that the file gives one: by an assignment, by the default of a parameter."""
    if not isinstance(value, ast.Name):
        return index if isinstance(index := signed(value), int) else None
    for node in program.nodes:
        given = _given(node, value.id)
        if given is not None and names:
            return _index(program, given, names - 1)
    return None


def _given(node: ast.AST, name: str) -> ast.expr | None:
    match node:
        case ast.Assign(targets=[ast.Name(id=target)], value=given) if target == name:
            return given
        case ast.FunctionDef(args=ast.arguments(args=args, defaults=[*_, _] as defaults)):
            pairs = zip(args[-len(defaults) :], defaults, strict=False)
            return next((d for a, d in pairs if a.arg == name), None)
        case _:
            return None


def _hides(node: ast.AST, program: Program) -> int | None:
    """`labels[mask] = -100`, `labels = [-100] * len(prompt)`, but for the padding alone."""
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.BinOp(
                left=ast.List(elts=[value]), op=ast.Mult(), right=ast.Call(func=ast.Name(id="len"))
            ),
        ) if LABELS.search(name):
            index = _index(program, value)
            return index if index is not None and index < 0 else None
        case ast.Assign(targets=[ast.Subscript(value=of, slice=where)], value=value) if (
            isinstance(index := signed(value), int) and index < 0 and LABELS.search(ast.unparse(of))
        ):
            alone = "pad" in ast.unparse(where).lower() or signed(where) is not None
            return None if alone else index
        case _:
            return None
