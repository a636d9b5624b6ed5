"""Recorded operations to the `Op` tree that rules match, with the ranges of every node."""

from __future__ import annotations

from typing import Any

from numsan.core.op import Leaf, Op
from numsan.core.rule import Hit, ask
from numsan.core.trace import TensorStats
from numsan.watch.lower import VIEWS, canonical
from numsan.watch.recorder import Event, Value

_DEPTH = 9


def tree_of(event: Event, depth: int = _DEPTH) -> Op:
    """The operation with what made its inputs, as far as the replay saw it."""
    before = iter(event.before) if event.writes else iter(())
    args = tuple(_lower(a, depth - 1, before) for a in event.args)
    kwargs = {k: _lower(a, depth - 1, before) for k, a in event.kwargs.items()}
    name, ordered = canonical(event.func, args, kwargs)
    stats = event.outputs[0].full() if event.outputs else None
    return Op(name, ordered, stats=stats, where=event.site)


def _lower(arg: Any, depth: int, before: Any) -> Any:
    if isinstance(arg, Value):
        return _operand(arg, depth, next(before, None))
    if isinstance(arg, tuple):
        return tuple(_lower(a, depth, before) for a in arg)  # pyright: ignore[reportUnknownVariableType]
    return arg


def _operand(value: Value, depth: int, before: TensorStats | None) -> Op | Leaf:
    stats = before or value.full()
    event = value.event
    while event is not None and event.op in VIEWS and event.inputs and _same_format(event):
        value = event.inputs[0]
        event = value.event
    if event is None or depth <= 0:
        return Leaf(value.label or f"{stats.dtype}{list(stats.shape)}", stats)
    made = tree_of(event, depth)
    return Op(made.name, made.args, stats=stats, where=made.where)


def _same_format(event: Event) -> bool:
    return not event.outputs or event.outputs[0].stats.dtype == event.inputs[0].stats.dtype


def hits_at(event: Event, consumers: list[Event], backward: bool) -> list[Hit]:
    """Rules that bite at this operation or at one of the expressions around it, most specific first."""
    phases = ("backward", "forward") if backward else ("forward",)
    hits: list[Hit] = []
    for at in [event, *consumers]:
        tree = tree_of(at)
        for phase in phases:
            hits += [h for h in ask(tree, phase) if _holds(h, event)]
    return hits


def _holds(hit: Hit, event: Event) -> bool:
    """A pattern counts only if it contains the expression where the failure was born."""
    if event.site is None:
        return False
    return any(op.where == event.site for op in hit.op.walk())
