"""From the failing quantity back through provenance to the birth, and from the birth to the root.

Definitions. An event is a *birth* of NaN if its output has NaN and no input has; a birth of infinity likewise. The
failing quantity is followed back through NaN first, then through infinities: the first NaN is often far from
the infinity that was multiplied by zero. An infinity that somebody wrote on purpose (a mask) is not a cause: then
the operation that could not bear it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from numsan.watch.recorder import Event, Value

CONSTANT = frozenset(
    [
        "masked_fill",
        "masked_fill_",
        "where",
        "full",
        "full_like",
        "fill",
        "fill_",
        "new_full",
        "scalar_tensor",
        "lift_fresh",
        "lift_fresh_copy",
        "index_put",
        "index_put_",
        "masked_scatter",
        "_local_scalar_dense",
        "constant_pad_nd",
        "index_fill",
        "index_fill_",
    ]
)
ROWS = frozenset(["_softmax", "_log_softmax", "logsumexp", "softmax", "log_softmax", "_safe_softmax"])
ROW_NODES = ("Softmax", "Logsumexp")
CARRIERS = frozenset(
    [
        "view",
        "_unsafe_view",
        "reshape",
        "expand",
        "t",
        "transpose",
        "permute",
        "unsqueeze",
        "squeeze",
        "slice",
        "select",
        "detach",
        "alias",
        "clone",
        "_to_copy",
        "copy_",
        "contiguous",
        "unbind",
        "split",
        "cat",
        "stack",
        "index",
        "gather",
        "masked_fill",
        "where",
        "neg",
        "add",
        "sub",
        "mul",
        "rsub",
        "unsqueeze_",
        "squeeze_",
        "as_strided",
        "narrow",
        "index_select",
        "_reshape_alias",
        "view_as_real",
        "split_with_sizes",
        "chunk",
    ]
)


@dataclass(slots=True)
class Blame:
    """`root` is where the failure comes from; `nan` the first NaN, if it is another event; `path` root -> symptom."""

    root: Event | None
    leaf: Value | None = None
    nan: Event | None = None
    masked: bool = False  # the infinity was written on purpose, `root` could not bear it
    path: list[Event] = field(default_factory=list[Event])
    factorisation: Event | None = None  # its `info` flag said that it failed


def has_nan(value: Value) -> bool:
    return value.stats.nan > 0


def is_bad(value: Value) -> bool:
    return not value.stats.finite


def inputs_of(event: Event, wanted: Callable[[Value], bool]) -> list[Value]:
    """Inputs with the wanted property; for an operation in place, as they were before it wrote."""
    if event.writes and event.before:
        kept = zip(event.inputs, event.before, strict=False)
        return [v for v, stats in kept if wanted(Value(None, stats))]
    return [v for v in event.inputs if wanted(v)]


@dataclass(slots=True)
class Walk:
    """All births reachable from a value through inputs of one property, and for each event who asked for it."""

    births: list[Event] = field(default_factory=list[Event])
    leaves: list[Value] = field(default_factory=list[Value])
    child: dict[int, Event] = field(default_factory=dict[int, Event])


def walk_back(start: Iterable[Value], wanted: Callable[[Value], bool], below: Event | None = None) -> Walk:
    walk, seen = Walk(), set[int]()
    stack: list[tuple[Value, Event | None]] = [(v, below) for v in start]
    while stack:
        value, consumer = stack.pop()
        event = value.event
        if event is None or _is_source(event):
            walk.leaves.append(value)
            continue
        if event.index in seen:
            continue
        seen.add(event.index)
        if consumer is not None:
            walk.child[event.index] = consumer
        parents = [v for v in inputs_of(event, wanted) if v.event is not event]
        if not parents:
            walk.births.append(event)
        stack.extend((v, event) for v in parents)
    walk.births.sort(key=lambda e: e.index)
    return walk


def blame(target: Value) -> Blame:
    """The root of a non-finite value."""
    found = _blame(target)
    if found.root is not None and not found.masked:
        found.factorisation = failed_factorisation(found.root)
        if found.factorisation is not None:
            found.path = [found.factorisation, *found.path]
            found.root = found.factorisation
    return found


def blame_first(events: list[Event]) -> Blame:
    """Where provenance of the failing quantity is lost (sparse or fused gradients): the first NaN of the step, else
    the first infinity that nobody wrote on purpose."""
    for wanted in (has_nan, is_bad):
        for event in events:
            out = next((v for v in event.outputs if wanted(v)), None)
            if (
                out is not None
                and not inputs_of(event, wanted)
                and not (wanted is is_bad and _on_purpose(event))
            ):
                return blame(out)
    return Blame(root=None)


def lost(target: Value) -> bool:
    """Whether nothing is known of how this quantity was made."""
    return target.event is None or target.stats.finite


def _blame(target: Value) -> Blame:
    if not has_nan(target):
        return _infinity([target], None)
    walk = walk_back([target], has_nan)
    leaf = walk.leaves[0] if walk.leaves else None
    if leaf is not None:
        return Blame(root=None, leaf=leaf, path=[])
    if not walk.births:
        return Blame(root=None)
    first = walk.births[0]  # of several NaN born in one backward pass, the one nearest to the loss
    path = _path(first, walk)
    infinite = inputs_of(first, is_bad)
    if not infinite:
        return Blame(root=first, path=path)
    found = _infinity(infinite, first)
    found.nan = first
    found.path += [e for e in path if e not in found.path]
    if found.masked or (_row_wise(first) and _only_minus_infinity(infinite, found)):
        return Blame(root=first, nan=first, masked=True, path=path)
    if found.root is None and found.leaf is None:
        return Blame(root=first, path=path)
    return found


def failed_factorisation(root: Event) -> Event | None:
    """A factorisation above the root whose `info` flag says that it failed (and that nobody looked at)."""
    seen, stack = set[int](), [root]
    while stack:
        event = stack.pop()
        if event.index in seen:
            continue
        seen.add(event.index)
        info = event.outputs[-1].stats if len(event.outputs) > 1 and event.op.endswith("_ex") else None
        if info is not None and info.dtype == "int32" and info.max:
            return event
        stack.extend(v.event for v in event.inputs if v.event is not None)
    return None


def _infinity(start: list[Value], consumer: Event | None) -> Blame:
    walk = walk_back(start, is_bad, consumer)
    real = [e for e in walk.births if not _on_purpose(e)]
    leaf = walk.leaves[0] if walk.leaves else None
    if real:
        return Blame(root=real[0], path=_path(real[0], walk))
    if leaf is not None and not _mask_like(leaf):
        return Blame(root=None, leaf=leaf)
    if walk.births or walk.leaves:
        intolerant = consumer or _intolerant(walk, start)
        return Blame(root=intolerant, masked=True, path=[intolerant] if intolerant else [])
    return Blame(root=None)


def _intolerant(walk: Walk, start: list[Value]) -> Event | None:
    """Where a deliberate infinity stops being carried element by element: the reduction that lets it into the loss."""
    event = walk.births[0] if walk.births else None
    while event is not None and event.op in CARRIERS | CONSTANT | ROWS and event.index in walk.child:
        event = walk.child[event.index]
    return event or next((v.event for v in start if v.event is not None), None)


def _is_source(event: Event) -> bool:
    """Numbers that came in from outside (another process, a buffer), not by arithmetic."""
    return (not event.inputs and event.op not in CONSTANT) or (event.op in ("set_", "lift_fresh", "_to_copy") and not any(
        v.stats.numel for v in event.inputs))  # fmt: skip


def _on_purpose(event: Event) -> bool:
    return event.op in CONSTANT


def _mask_like(leaf: Value) -> bool:
    """A leaf of zeros and minus infinities (an additive mask) is deliberate."""
    s = leaf.stats
    return (
        s.neginf > 0
        and not s.nan
        and not s.posinf
        and (s.max is None or s.max == 0.0)
        and (s.min in (None, 0.0))
    )


def _row_wise(event: Event) -> bool:
    return event.op in ROWS or any(name in event.node for name in ROW_NODES)


def _only_minus_infinity(values: list[Value], found: Blame) -> bool:
    """`log(0)` as a mark of the impossible is deliberate where a row-wise operation meets nothing else."""
    if any(v.stats.posinf for v in values):
        return False
    return (
        found.root is None
        or found.root.op.rstrip("_") in ("log", "log_softmax", "_log_softmax")
        or found.masked
    )


def _path(event: Event, walk: Walk) -> list[Event]:
    path, at = [event], event
    while at.index in walk.child and len(path) < 400:
        at = walk.child[at.index]
        path.append(at)
    return path
