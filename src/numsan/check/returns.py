"""What the functions of a file return, so that a call of one can stand for the expression behind it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numsan.check.modules import Instance, Module, Several
from numsan.core.op import Leaf, Op

_SAME_VALUE = ("view", "to", "index", "mean", "sum", "gather")


@dataclass(frozen=True, slots=True)
class Returned:
    """What a function returns, in terms of its parameters (without `self`)."""

    parameters: tuple[str, ...]
    value: Op | Several | Instance | None

    def bound(self, call: ast.Call, lower: Callable[[ast.expr], Any]) -> dict[str, Any] | None:
        """Arguments of a call by parameter; None for a call that does not fit."""
        names = {k.arg for k in call.keywords}
        if len(call.args) > len(self.parameters) or not names <= set(self.parameters):
            return None
        given = {n: lower(a) for n, a in zip(self.parameters, call.args, strict=False)}
        given |= {k.arg: lower(k.value) for k in call.keywords if k.arg is not None}
        return {
            n: v
            for n, v in given.items()
            if isinstance(v, Op | Leaf | Module | Instance | Several | int | float) and v is not True
        }


def one_of(values: list[Any]) -> Op | Several | Instance | None:
    """What a function returns, where its returns agree or only one of them is an expression."""
    told = [v for v in values if isinstance(v, Op | Several | Instance)]
    if not told or len({_kind(v) for v in told}) > 1:
        return None
    return told[-1]


def _kind(value: Any) -> str:
    while isinstance(value, Op) and value.name in _SAME_VALUE and isinstance(value.args[0], Op):
        value = value.args[0]
    return value.name if isinstance(value, Op) else type(value).__name__


def full_name(name: str, function: str) -> str:
    """`Net.forward` of `self.forward` in a function of `Net`; any other name as it is."""
    return f"{function.partition('.')[0]}{name[4:]}" if name.startswith("self.") else name


def parameters_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    """Names of the parameters, `self` and `cls` left out."""
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return tuple(names[1:] if names[:1] in (["self"], ["cls"]) else names)
