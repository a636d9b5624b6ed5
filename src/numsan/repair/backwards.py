"""A hand-written backward that is wrong: autograd differentiates the forward itself, which is right by construction."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.repair.text import Text
from numsan.repair.training import Change

_CONTEXT = 'type("Ctx", (), {"save_for_backward": lambda *_: None})()'


def differentiated(text: Text, line: int) -> Iterator[Change]:
    """`F.apply` becomes a call of `F.forward` that autograd sees, for the Function whose backward is on this line."""
    owner = text.innermost(line, ast.ClassDef)
    if owner is None:
        return
    forward = next((n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name == "forward"), None)
    separate = any(isinstance(n, ast.FunctionDef) and n.name == "setup_context" for n in owner.body)
    uses: list[ast.expr] = [
        n for n in text.nodes
        if isinstance(n, ast.Attribute) and n.attr == "apply" and text.segment(n.value) == owner.name
    ]  # fmt: skip
    if forward is None or not uses:
        return
    new = f"{owner.name}.forward"
    if not separate:
        new = f"(lambda *args: {owner.name}.forward({_CONTEXT}, *args))"
    yield (
        text.replaced(*((n, new) for n in uses)),
        "let autograd differentiate the forward; the backward is not used",
    )
