"""Data set indices at the birth: rows of the bad elements, followed back to how the batch was drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

from numsan.diagnose.case import Case
from numsan.diagnose.lookup import by_identity, by_value
from numsan.watch import hooks
from numsan.watch.recorder import Event, Value
from numsan.watch.stats import bad_indices, numbers

_LIMIT = 64


def samples_at(case: Case, root: Event | None, leaf: Value | None) -> tuple[int, ...]:
    """Indices of the samples whose rows are bad; of the whole batch if the failure has no row; () if unknown."""
    tensor = _bad_tensor(root, leaf)
    if leaf is not None and (leaf.label in case.buffers or not leaf.stats.shape):
        return ()  # a table of the model, not data
    if leaf is not None and tensor is not None and _whole_data(case, leaf):
        return tuple(sorted({i[0] for i in bad_indices(tensor, 4096)}))[:_LIMIT]
    drawn = _from_loader(case, root, leaf) or _drawn(case, root)
    if drawn is None:
        return ()
    rows = _rows(_new(tensor, root), len(drawn)) if tensor is not None else []
    chosen = [drawn[r] for r in rows if r < len(drawn)] or drawn
    return tuple(sorted(set(chosen)))[:_LIMIT]


def sample_of_row(case: Case, leaf: Value, row: int) -> list[int]:
    """The data set index of one row of a leaf, if it can be known."""
    if _whole_data(case, leaf):
        return [row]
    drawn = _drawn(case, None)
    size = leaf.stats.shape[0] if leaf.stats.shape else 0
    return [drawn[row]] if drawn is not None and size == len(drawn) else []


def _whole_data(case: Case, leaf: Value) -> bool:
    """The leaf is the data set itself, and the step draws rows of it by index."""
    draws = ("index", "slice", "index_select", "select", "gather")
    return any(e.op in draws and e.inputs and e.inputs[0] is leaf for e in case.events)


def _bad_tensor(root: Event | None, leaf: Value | None) -> torch.Tensor | None:
    values = [leaf] if leaf is not None else (root.outputs if root is not None else [])
    for value in values:
        if value.tensor is not None and not value.stats.finite:
            return value.tensor
    return None


def _new(tensor: torch.Tensor, root: Event | None) -> torch.Tensor:
    """Which elements went bad here: NaN alone, where infinities were read and only passed on (a mask's)."""
    if tensor.layout is not torch.strided:
        return torch.zeros(())
    nan = torch.isnan(tensor)
    passed_on = root is not None and any(not v.stats.finite and not v.stats.nan for v in root.inputs)
    return nan if passed_on and bool(nan.any()) else ~torch.isfinite(tensor)


def _rows(bad: torch.Tensor, batch: int) -> list[int]:
    """Positions along the batch dimension; a flattened batch (rows x tokens) is unfolded."""
    for dim, size in enumerate(bad.shape):
        if size == batch or (size > batch and size % batch == 0 and dim == 0):
            others = [d for d in range(bad.ndim) if d != dim]
            line = bad.any(dim=others) if others else bad
            each = size // batch
            rows = sorted({int(i) // each for i in numbers(line.nonzero().flatten())})
            return rows if len(rows) < batch else []
    return []


def _drawn(case: Case, root: Event | None) -> list[int] | None:
    """Index of every row of the batch: from an indexing operation, or looked up in the data."""
    for source in (_from_indexing, _from_objects, _from_values):
        found = source(case, root)
        if found:
            return found
    return None


def _from_loader(case: Case, root: Event | None, leaf: Value | None) -> list[int] | None:
    """The batch that fed the bad operation: frameworks fetch ahead, and a step may accumulate several."""
    values = [v for e in _ancestors(root) for v in e.inputs] if root is not None else []
    read = [v.tensor for v in (*values, *([leaf] if leaf is not None else [])) if v.tensor is not None]
    used = {t.untyped_storage().data_ptr() for t in read if hooks.ordinary(t)}
    for indices, storages in case.batches:
        if storages & used:
            return indices
    return case.batches[0][0] if case.batches else None


def _from_indexing(case: Case, root: Event | None) -> list[int] | None:
    """`x[idx]` and `x[i:j]` on a tensor that was there before the step."""
    events = _ancestors(root) if root is not None else case.events
    for event in events:
        if event.op == "index" and event.inputs and _is_data(event.inputs[0], case):
            index = event.inputs[1].tensor if len(event.inputs) == 2 else None
            if (
                index is not None
                and index.ndim == 1
                and not index.is_floating_point()
                and index.dtype != torch.bool
            ):
                return [int(i) for i in numbers(index)]
        if event.op == "index_select" and len(event.inputs) == 2 and _is_data(event.inputs[0], case):
            index = event.inputs[1].tensor
            return [int(i) for i in numbers(index)] if index is not None else None
    for event in events:
        if event.op == "slice" and event.inputs and _is_data(event.inputs[0], case):
            dim, start, end = (*event.args[1:4], 0, 0, 0)[:3] if len(event.args) > 3 else (1, 0, 0)
            size = event.inputs[0].stats.shape[0] if event.inputs[0].stats.shape else 0
            if dim == 0 and 0 < min(end, size) - start < size:
                return list(range(start, min(end, size)))
    return None


def _is_data(value: Value, case: Case) -> bool:
    return value.event is None and (value.tensor is None or not value.tensor.requires_grad)


def _ancestors(root: Event) -> list[Event]:
    """Operations that fed this one (through its forward operation too), nearest first."""
    seen, order = set[int](), list[Event]()
    stack = [root, *([root.forward] if root.forward is not None else [])]
    while stack:
        event = stack.pop()
        if event.index in seen:
            continue
        seen.add(event.index)
        order.append(event)
        stack.extend(v.event for v in event.inputs if v.event is not None)
    return sorted(order, key=lambda e: -e.index)


def _from_objects(case: Case, _root: Event | None) -> list[int] | None:
    leaves = [v for v in case.recorder.leaves.values() if v.stats.shape] if case.recorder is not None else []
    made = [v for e in case.events for v in e.outputs if v.stats.shape and e.op in ("stack", "cat")]
    return by_identity(case.frames, {v.stats.shape[0] for v in (*leaves, *made)})


def _from_values(case: Case, root: Event | None) -> list[int] | None:
    leaves = _batch_leaves(_ancestors(root) if root is not None else case.events)
    return by_value(case.frames, leaves)


def _batch_leaves(events: Iterable[Event]) -> list[Any]:
    found: list[Any] = []
    for event in events:
        for value in event.inputs:
            tensor = value.tensor
            if value.event is None and tensor is not None and tensor.ndim >= 1 and not tensor.requires_grad:
                found.append(tensor)
    return found[:16]
