"""Loops that are written as a function: `jax.lax.scan(step, carry, xs)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from numsan.core.program import Program


def steps(program: Program) -> Iterator[tuple[ast.FunctionDef, str]]:
    """Functions that a scan calls at every step, each with the name of what it carries from one to the next."""
    if "lax" not in program.text or "scan(" not in program.text:
        return
    called = {
        call.node.args[0].id
        for call in program.calls("scan", "associative_scan")
        if call.node.args and isinstance(call.node.args[0], ast.Name)
    }
    for body in program.bodies if called else ():
        node = body.node
        if isinstance(node, ast.FunctionDef) and node.name in called and node.args.args:
            yield node, node.args.args[0].arg
