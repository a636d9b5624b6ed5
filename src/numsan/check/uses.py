"""What becomes of an operation: a clamp, a test, a choice, a larger term beside it can make it harmless."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from numsan.core.op import Leaf, Op, leaves
from numsan.core.values import peel

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

_NOISE = re.compile(r"(^|_)noise$|\brandn")
ORDER = frozenset(("gt", "lt", "ge", "le"))
_FACTORS = frozenset(("mul", "neg", "sqrt", "view", "to", "index"))
_TERMS = frozenset(("add", "sub"))
_MOST = 24  # operations looked at below one sum


def remember_use(low: Lowering, name: str, args: tuple[Any, ...]) -> None:
    """What becomes of an operation can make it harmless: a clamp, a test for nan, a choice by its operand."""
    if name in ("clamp", "maximum", "relu", "abs") and args:
        low.clamped.add(low.original(args[0]))
        if name != "abs" and len(args) > 1 and isinstance(args[1], float) and args[1] > 0:
            low.raised.add(low.original(args[0]))
    elif name in ("isfinite", "isnan", "isinf", "nan_to_num", "fillna") and args:
        low.tested |= {low.original(args[0]), low.original(peel(args[0]))}
        if isinstance(args[0], Leaf):
            low.tested |= low.either.get(args[0].text, set())
    elif name == "eq" and args[1] in (math.inf, -math.inf):
        low.tested.add(low.original(args[0]))
    elif name in ORDER:
        low.compared |= {id(a) for a in args if isinstance(a, Op) and id(a) in low.first}
    elif name == "matmul" and args:
        low.multiplied[low.original(args[0])] += 1
        if isinstance(args[0], Op) and isinstance(args[-1], Leaf):
            low.chained.add(low.original(args[0]))
    elif name == "mul" and isinstance(args[-1], Leaf) and _NOISE.search(args[-1].text):
        _note_addends(low, (args[0], args[-1]))  # random numbers that an exact factor does not make better
    elif name in ("add", "sub") and len(args) == 2:
        _note_addends(low, args)
    elif name == "where" and isinstance(args[0], Op) and not _keeps_small(*args):
        compared = {str(a) for a in args[0].args[:1] if isinstance(a, Op | Leaf)}
        low.asked.setdefault(low.function, set()).update(compared)
        for branch in args[1:]:
            low.chosen[low.original(branch)] = args[0]


def _keeps_small(ok: Op, *branches: Any) -> bool:
    """`where(r < cutoff, f(r), 0)`, which keeps the values at and near 0."""
    other = branches[-1]
    filled = isinstance(other, Leaf) and other.call is not None and "zeros" in other.call[0]
    constant = filled or isinstance(other, int | float)
    return ok.name in ("lt", "le") and constant and isinstance(branches[0], Op)


def note_ranking(low: Lowering, node: ast.Call) -> None:
    """Of what is asked for its smallest or largest, `d.argmin(1)` or `torch.argmin(d, 1)`, only the order matters."""
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in ("argmin", "argmax"):
        for value in (function.value, *node.args[:1]):
            rank(low, low.lower(value))


def note_places(low: Lowering, made: ast.expr) -> None:
    """`d.max(dim=-1).indices`, `d.topk(k).indices`, `d.max(1)[1]`."""
    match made:
        case ast.Call(func=ast.Attribute(value=value, attr="max" | "min" | "topk" | "sort"), args=args) if (
            args or made.keywords
        ):
            rank(low, low.lower(value))
        case _:
            pass


def rank(low: Lowering, held: Any) -> None:
    """Only the order of these numbers is asked for, so of what they are a root, the negative, a view of, too."""
    low.ranked.add(low.original(held))
    while isinstance(held, Op) and held.name in ("neg", "sqrt", "view", "to"):
        held = held.args[0]
        low.ranked.add(low.original(held))


def _note_addends(low: Lowering, args: tuple[Any, ...]) -> None:
    """Keeps for every term of a sum, and for every factor of a term, the other side of the sum."""
    for term, other in (args[:2], args[1::-1]):
        for op in _below(term):
            low.beside.setdefault(low.original(op), []).append(other)


def _below(term: Any) -> Iterator[Op]:
    waiting, left = [term], _MOST
    while waiting and left:
        op = waiting.pop()
        if not isinstance(op, Op):
            continue
        left -= 1
        yield op
        if op.name in _FACTORS or op.name in _TERMS:
            waiting += op.args
        elif op.name == "div" and not _share(*op.args[:2]):
            waiting.append(op.args[0])  # a quotient of small numbers shows what each of them has lost


def _share(a: Any, b: Any) -> bool:
    names = {leaf.text for leaf in leaves(a)}
    return any(leaf.text in names for leaf in leaves(b))
