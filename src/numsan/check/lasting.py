"""What outlives the walk of a function: constants, modules, what it returns if that is one expression."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from numsan.check.copies import pruned
from numsan.check.lower import Lowering
from numsan.check.modules import Instance, Module, Named, Several
from numsan.core.expansions import expansion
from numsan.core.op import Op
from numsan.core.zero import reaches_zero

_PRUNED, _KEPT = 80, 3  # up to which size the top of it is kept, and how many levels
LARGEST = 16  # operations: what a function returns is looked into where that is one expression, not a model


def numbers_of(body: list[ast.stmt]) -> Iterator[tuple[str, float]]:
    """Constants that the functions called on the way may use."""
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int() | float() as value)):
                yield name, value
            case _:
                pass


def lasting(value: Any) -> bool:
    return isinstance(value, Module | Instance | Named) or (
        isinstance(value, int | float) and not isinstance(value, bool)
    )


def _density(value: Any) -> bool:
    """`exp(-z) / norm`, whose logarithm somebody may take."""
    match value:
        case Op("exp", (Op("neg", _) | Op("div" | "mul", (Op("neg", _), _)) | Op("mul", (-0.5, _)),)):
            return True
        case Op("div" | "mul", (a, b)):
            return _density(a) or _density(b)
        case _:
            return False


def small(lowering: Lowering, value: Any) -> Any:
    """What is too large to be one expression is a model, and its output has no name."""
    match value:
        case Op():
            size = lowering.size.get(id(value), 0)
            if size <= LARGEST or size > _PRUNED:
                return value if size <= LARGEST else None
            if expansion(value, products=True):
                return value
            kept = pruned(lowering, value, _KEPT)
            return kept if reaches_zero(kept) or _density(kept) else None
        case Several():
            kept = value.map(lambda v: small(lowering, v))
            return kept if any(isinstance(v, Op) for v in kept.items.values()) else None
        case _:
            return value
