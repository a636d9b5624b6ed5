"""What is right and not worth saying: nobody would see the digits that are lost, or the value."""

from __future__ import annotations

from typing import Any

from numsan.check.bindings import Scope
from numsan.check.lower import Lowering
from numsan.core.op import Leaf, Op
from numsan.core.rule import Rule


def out_of_sight(lowering: Lowering, scope: Scope, rule: Rule, op: Op, bindings: dict[str, Any]) -> bool:
    """Right, but nobody will see it: lost below the rounding of a sum, kept in float64, measured and not trained on."""
    made = lowering.origin.get(id(op), id(op))
    others = lowering.beside.get(made, ()) if rule.drowned is not None else ()
    if rule.drowned is not None and any(rule.drowned(other=other, **bindings) for other in others):
        return True
    if rule.kind == "cancellation" and _in_float64(op):
        return True
    if rule.sole and _needed(lowering, bindings[rule.sole]):
        return True
    return rule.trained and scope.without_gradient(op)


def _in_float64(x: object) -> bool:
    """Whether everything was made float64 first, for the digits."""
    if isinstance(x, Op):
        return (x.name == "to" and x.args[-1] == "float64") or all(map(_in_float64, x.args))
    return not isinstance(x, Leaf)


def _needed(lowering: Lowering, op: Op) -> bool:
    made = lowering.origin.get(id(op), id(op))
    return lowering.read[made] > lowering.multiplied[made]
