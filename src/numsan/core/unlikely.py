"""Denominators that could be 0 and are not, in practice: whole softmax outputs, the spread of other data."""

from __future__ import annotations

import re
from typing import Any

from numsan.core.denominators import GRADIENT, multiple, names_in
from numsan.core.op import Leaf, Op
from numsan.core.pairs import met_by_itself
from numsan.core.squares import base_of
from numsan.core.values import number, peel, same, source

SHARES = re.compile(r"(^|[._])(w|weights?)(_norm\w*)?$")
RADIUS = re.compile(r"(^|[._\W])(rho|radius|epsilon|eps|perturb\w*|alpha)(\W*\])?$")
EMBEDDED = re.compile(r"embed|feature|hidden|output|proj|query|key", re.I)  # of a learned projection
PICKED = re.compile(r"\[[^\[\]]*\b(?!None\b)[A-Za-z]\w*[^\[\]]*\]$")  # `r[i, j]`: pairs of different ones


def never_in_practice(a: Any, below: Any) -> bool:
    """Whole softmax or sigmoid outputs only underflow; the spread of another tensor is not 0; a dropout rate is not 1."""
    match multiple(below):
        case Op("softmax" | "sigmoid" | "safe_softmax", _):
            return True
        case Op("std" | "var", (of, *rest)) as op:
            if isinstance(shown := multiple(a), Op) and shown.name == op.name:
                return False  # what a prediction explains of something constant
            if _mean_of(a, of):
                return False  # a Sharpe ratio, a signal-to-noise ratio of something constant
            above = _centred(a)
            whole = not rest and isinstance(of, Leaf)  # one number for all, perhaps of other data
            return above is None or not names_in(of) & names_in(above if not whole else _first(above))
        case Op("norm", (of, *_)):
            if _offset(a, peel(below)) or (met_by_itself(of) and not PICKED.search(source(below))):
                return False
            # division-by-own-norm knows more about one vector; two lengths are a trust ratio
            above = multiple(a)
            scaled = (
                isinstance(above, Op)
                and above.name == "mul"
                and any(same(peel(f), peel(of)) for f in above.args)
            )
            if _perturbation(a) and any(GRADIENT.search(name) for name in names_in(of)):
                return False
            return not scaled and not (isinstance(above, Op) and above.name == "norm")
        case Op("sqrt", (Op("sum", (Op("pow" | "mul", (of, *_)), *_)),)):
            return same(peel(of), peel(a)) or all(EMBEDDED.search(name) for name in names_in(of))
        case Op("sum", (of, *_)):
            if number(a) and SHARES.search(source(peel(base_of(peel(of))))):
                return True  # the effective number of particles: their weights add up to 1
            return any("patch" in name for name in names_in(of))
        case Op("sub", (1 | 1.0, Leaf() as p)):
            return not same(peel(a), p)
        case _:
            return False


def _perturbation(a: Any) -> bool:
    """`rho / grad_norm`: a radius, not a limit, above which nothing would be scaled."""
    return isinstance(a, Leaf) and bool(RADIUS.search(a.text))


def _centred(a: Any) -> Op | None:
    """`x - m` of `w * (x - m)`, and what stands for a power of it."""
    match peel(a):
        case Op("sub" | "pow") | Op("add", (_, Op("neg"))) as above:
            return above
        case Op("mul", factors):
            return next((f for p in factors if (f := _centred(p)) is not None), None)
        case _:
            return None


def _first(x: Any) -> Any:
    """`x` of `(x - m) ** 2`."""
    while isinstance(x, Op) and x.name in ("sub", "add", "pow", "view", "to"):
        x = x.args[0]
    return x


def _mean_of(a: Any, of: Any) -> bool:
    """`x.mean()`, perhaps scaled, above `x.std()`."""
    held = (peel(a), multiple(a))
    return any(isinstance(op, Op) and op.name == "mean" and same(peel(op.args[0]), peel(of)) for op in held)


def _offset(a: Any, below: Any) -> bool:
    """`(r - r0) / r` of a distance: a force between points that may coincide."""
    if not isinstance(a, Op):
        return False
    return any(op.name == "sub" and any(same(peel(t), below) for t in op.args) for op in a.walk())
