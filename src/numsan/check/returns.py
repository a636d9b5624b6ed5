"""What the functions of a file return, so that a call of one can stand for the expression behind it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.syntax import statements


@dataclass(frozen=True, slots=True)
class Returned:
    """The one value that a function returns, in terms of its parameters (without `self`)."""

    parameters: tuple[str, ...]
    value: Op
    ops: list[Op]  # of its scope: what a call makes of its expressions is looked at there

    def bound(self, call: ast.Call, lower: Callable[[ast.expr], Any]) -> dict[str, Any] | None:
        """Arguments of a call by parameter; None for a call that does not fit."""
        names = {k.arg for k in call.keywords}
        if len(call.args) > len(self.parameters) or not names <= set(self.parameters):
            return None
        given = {n: lower(a) for n, a in zip(self.parameters, call.args, strict=False)}
        given |= {k.arg: lower(k.value) for k in call.keywords if k.arg is not None}
        return {n: v for n, v in given.items() if isinstance(v, Op | Leaf | int | float) and v is not True}


def only_return(function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.expr | None:
    """The expression of a function that returns in one place, at its end."""
    last = function.body[-1] if function.body else None
    if not isinstance(last, ast.Return) or last.value is None or isinstance(function, ast.AsyncFunctionDef):
        return None
    others = (n for s in function.body[:-1] for n in statements(s) if isinstance(n, ast.Return))
    return last.value if next(others, None) is None else None


def parameters_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    """Names of the parameters, `self` and `cls` left out."""
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return tuple(names[1:] if names[:1] in (["self"], ["cls"]) else names)
