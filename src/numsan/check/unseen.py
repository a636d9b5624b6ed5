"""What is right and not worth saying: nobody would see the digits that are lost, or the value."""

from __future__ import annotations

import re
from typing import Any

from numsan.check.bindings import Scope
from numsan.check.lower import Lowering
from numsan.check.modules import Several
from numsan.check.records import given_to
from numsan.core.bounds import interval
from numsan.core.op import Leaf, Op, leaves
from numsan.core.rule import Rule
from numsan.core.values import peel
from numsan.core.vanishing import between
from numsan.core.zero import reaches_zero

_LARGEST_EXPONENT = 89.0  # exp of it overflows float32
_BOUNDS = ("clamp", "maximum", "bounded")
_ARC = re.compile(r"^arc(?=cos|sin|tan)")
_INITIAL = re.compile(r"(^|\.)_?(init|reset)_\w+$")  # values that are there before the first step


def out_of_sight(lowering: Lowering, scope: Scope, rule: Rule, op: Op, bindings: dict[str, Any]) -> bool:
    """Right, but nobody will see it: lost below the rounding of a sum, kept in float64, measured and not trained on."""
    if rule.kind == "domain" and _wrapped(scope, op):
        return True
    made = lowering.original(op)
    if rule.drowned is not None and any(
        rule.drowned(other=o, **bindings) for o in lowering.beside.get(made, ())
    ):
        return True
    if rule.kind == "cancellation" and _of_plain_numbers(lowering, op):
        return True
    if rule.kind == "cancellation" and (_in_float64(op) or _INITIAL.search(scope.function)):
        return True
    if rule.in_float32 and id(op) in lowering.plain:
        return True
    forward = rule.kind == "domain" and rule.phase == "forward"
    if (rule.generic or forward) and _chosen(lowering, scope, rule, bindings):
        return True
    if rule.generic and (_INITIAL.search(scope.function) or _number_of_rounds(lowering, rule, bindings)):
        return True
    if _bounded_by_callers(lowering, scope, rule, bindings):
        return True
    if rule.mended_by_width and _widened_by_callers(lowering, scope, op):
        return True
    raised = op.name == "exp" and id(op) in lowering.raising  # `math.exp` ends the program instead
    if rule.generic and rule.phase == "forward" and id(op) in lowering.compared and not raised:
        return True  # infinity is on one side of the threshold, nan on none
    if rule.kind == "domain" and _replaced(lowering, scope, op):
        return True
    if rule.mended_by_ranking and made in lowering.ranked:
        return True
    if rule.sole and (
        _between_coordinates(lowering, made, bindings) or _needed(lowering, bindings[rule.sole])
    ):
        return True
    return rule.trained and scope.without_gradient(op) and id(op) not in lowering.raising


def _number_of_rounds(lowering: Lowering, rule: Rule, bindings: dict[str, Any]) -> bool:
    """`1 / depth` beside `range(depth)`: a number of layers, of which there is one at least."""
    guarded = (bindings.get(name) for name in rule.guarded)
    return any(isinstance(b, Leaf) and f"range({b.text})" in lowering.source.text for b in guarded)


def _of_plain_numbers(lowering: Lowering, op: Op) -> bool:
    """Python's own numbers, which are float64: `1 - math.cos(x)`."""
    made = [a for a in op.args if isinstance(a, Op | Leaf)]
    return id(op) in lowering.raising or (bool(made) and all(id(a) in lowering.raising for a in made))


def _wrapped(scope: Scope, op: Op) -> bool:
    """`def arccos(x): return torch.arccos(x)`: the operation by its own name, whose edge is its caller's business."""
    called = str(op.where.text).partition("(")[0].rpartition(".")[2]
    name = scope.function.rpartition(".")[2]
    return called != "" and _ARC.sub("a", called) == _ARC.sub("a", name)


def _chosen(lowering: Lowering, scope: Scope, rule: Rule, bindings: dict[str, Any]) -> bool:
    """What a `where` of the function asks about; the gradient of that is the business of another rule."""
    asked = lowering.asked.get(scope.function, set[str]())
    if scope.again:  # with what a caller gives to it, who may ask, too
        asked = asked.union(*lowering.asked.values())
    return any(str(bindings[name]) in asked for name in rule.guarded if name in bindings)


def _between_coordinates(lowering: Lowering, made: int, bindings: dict[str, Any]) -> bool:
    """`inv(t) @ m @ s` of transformations that have names."""
    return made in lowering.chained and isinstance(bindings["a"], Leaf)


def _replaced(lowering: Lowering, scope: Scope, op: Op) -> bool:
    """Whether a value has been assigned anew after it was asked whether it is finite."""
    for test in op.walk():
        if test.name in ("isnan", "isfinite", "isinf") and isinstance(tested := test.args[0], Leaf):
            asked: int = lowering.written.get(id(test)) or test.where.line
            here: int = op.where.line
            if any(name == tested.text and asked < line < here for name, line in scope.assigned):
                return True
    return False


def _bounded_by_callers(lowering: Lowering, scope: Scope, rule: Rule, bindings: dict[str, Any]) -> bool:
    """Whether every call in the file bounds the parameter that the rule speaks about."""
    calls = lowering.given.get(scope.function, ())
    asked = [b.text for name, b in bindings.items() if name in rule.guarded and isinstance(b, Leaf)]
    return bool(calls) and any(
        all(_bounds(rule, _given(lowering, scope, c, text)) for c in calls) for text in asked
    )


def _widened_by_callers(lowering: Lowering, scope: Scope, op: Op) -> bool:
    """Whether every call in the file gives float32 for something that the operation is made from."""
    calls = lowering.given.get(scope.function, ())
    texts = {leaf.text for leaf in leaves(op) if leaf.half}
    return bool(calls) and any(all(_wide(_given(lowering, scope, c, text)) for c in calls) for text in texts)


def _wide(value: Any) -> bool:
    while isinstance(value, Op) and value.name == "view":
        value = value.args[0]
    return isinstance(value, Op) and value.name == "to" and value.args[-1] in ("float32", "float64")


def _given(lowering: Lowering, scope: Scope, call: dict[str, Any], text: str) -> Any:
    """What a call gives for a parameter, a field of one, or a part that the function takes out of one."""
    name, place = lowering.unpacked.get((scope.function, text), ("", 0))
    whole = call.get(name)
    if isinstance(whole, Several):
        parts = list(whole.items.values())
        return parts[place] if place < len(parts) else None
    return given_to(call, text)


def _bounds(rule: Rule, value: Any) -> bool:
    if rule.kind == "overflow" and (parts := between(value)) is not None:
        return interval(parts[0]) == (0.0, 1.0)
    if rule.kind == "domain" and _chosen_apart(peel(value, "sqrt")):
        return True
    if not isinstance(value, Op) or value.name not in _BOUNDS:
        return False
    if rule.kind == "overflow":
        return interval(value)[1] < _LARGEST_EXPONENT
    to_the_edge = interval(value) in ((-1.0, 1.0), (0.0, 1.0))
    return rule.kind == "domain" and not reaches_zero(value) and not to_the_edge


def _chosen_apart(value: Any) -> bool:
    """`where(x < eps, 1, x)`: what a condition on the value itself puts in its place."""
    match value:
        case Op("where", (condition, Op("ones") | int() | float() as other, x)) | Op(
            "where", (condition, x, Op("ones") | int() | float() as other)
        ):
            return (
                other != 0 and isinstance(x, Op | Leaf) and isinstance(condition, Op) and x in condition.args
            )
        case _:
            return False


def _in_float64(x: object) -> bool:
    """Whether everything was made float64 first, for the digits."""
    if isinstance(x, Op):
        return (x.name == "to" and x.args[-1] == "float64") or all(map(_in_float64, x.args))
    return not isinstance(x, Leaf)


def _needed(lowering: Lowering, op: Op) -> bool:
    made = lowering.original(op)
    return lowering.read[made] > lowering.multiplied[made]
