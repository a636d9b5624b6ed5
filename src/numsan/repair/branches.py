"""The `where` trap: both branches are computed, and the gradient of the one that was not chosen is 0 * inf = NaN.
The cure is a second `where`, before: the branch sees a harmless number where it is not chosen."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.repair.guards import Guard, called
from numsan.repair.text import Text


def sheltered(text: Text, line: int, end_line: int) -> Iterator[Guard]:
    for node in text.expressions(line, end_line):
        if not isinstance(node, ast.Call) or called(text, node)[0] != "where" or len(node.args) != 3:
            continue
        condition, chosen, otherwise = node.args
        for branch, form in ((otherwise, "{t}.where({c}, {t}.ones_like({x}), {x})"),
                             (chosen, "{t}.where({c}, {x}, {t}.ones_like({x}))")):  # fmt: skip
            t, c = text.names.local("torch") or "torch", text.segment(condition)
            edits = tuple((n, form.format(t=t, c=c, x=text.segment(n))) for n in _tensors(text, branch))
            if edits:
                yield Guard(edits, "the branch sees 1 where it is not chosen")


def _tensors(text: Text, branch: ast.expr) -> list[ast.expr]:
    """Names below the branch that may be tensors: neither a function nor a module."""
    functions = {id(n.func) for n in ast.walk(branch) if isinstance(n, ast.Call)}
    found = [n for n in ast.walk(branch) if isinstance(n, ast.Name)]
    owners = {id(n.value) for n in ast.walk(branch) if isinstance(n, ast.Attribute) and id(n) in functions
              and text.names.qualified(n) is not None}  # fmt: skip
    return [n for n in found if id(n) not in functions | owners and text.names.qualified(n) is None]
