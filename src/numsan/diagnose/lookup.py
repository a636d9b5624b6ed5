"""Which rows of the program's data are in the batch, when no index was seen: by object identity, then by value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import FrameType, ModuleType
from typing import Any, cast

import numpy as np
import torch

from numsan.watch import hooks

_MAX_ROWS = 2_000_000
_MAX_OBJECTS = 4000


def reachable(frames: list[FrameType]) -> Iterator[Any]:
    """Values in the user's frames and, two levels down, in attributes of the user's own objects."""
    seen = set[int]()
    queue: list[tuple[Any, int]] = []
    for frame in frames:
        queue += [(v, 0) for v in frame.f_locals.values()]
    if frames:
        queue += [(v, 0) for v in frames[-1].f_globals.values()]
    while queue and len(seen) < _MAX_OBJECTS:
        value, depth = queue.pop(0)
        if id(value) in seen:
            continue
        seen.add(id(value))
        yield value
        if depth < 2:
            queue += [(v, depth + 1) for v in _children(value)]


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return _first(value)
    if isinstance(value, tuple | list) and len(cast(Sequence[Any], value)) <= 16:
        return list(cast(Sequence[Any], value))
    attributes: Any = getattr(cast(Any, value), "__dict__", None)
    if isinstance(attributes, dict) and not isinstance(value, type | ModuleType):
        return _first(attributes)
    return []


def _first(mapping: Any) -> list[Any]:
    return list(mapping.values())[:64]


def by_identity(frames: list[FrameType], sizes: set[int]) -> list[int] | None:
    """The one list of the innermost frame that has any, as long as a batch (`sizes`), whose elements are elements of
    one longer list. Two such lists (a batch and a held-out part, say) are no answer."""
    lists: list[list[Any]] = [v for v in reachable(frames) if isinstance(v, list) and v]
    for frame in frames:
        small = [cast("list[Any]", v) for v in frame.f_locals.values() if isinstance(v, list)]
        small = [v for v in small if len(v) in sizes]
        found = [f for v in small if not isinstance(v[0], int | float | str) and (f := _places(v, lists))]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _places(batch: list[Any], lists: list[list[Any]]) -> list[int] | None:
    for data in lists:
        if len(data) > len(batch):
            place = {id(item): i for i, item in enumerate(data)}
            found = [place.get(id(item)) for item in batch]
            if all(i is not None for i in found):
                return [i for i in found if i is not None]
    return None


def by_value(frames: list[FrameType], batches: list[torch.Tensor]) -> list[int] | None:
    """Rows of a batch found bit for bit in one larger array or tensor of the program."""
    arrays = [a for a in map(_array, reachable(frames)) if a is not None]
    for batch in batches:
        rows = _array(batch)
        if rows is None or rows.dtype.kind != "f":
            continue
        for data in arrays:
            if data.shape[1:] == rows.shape[1:] and data.dtype == rows.dtype and len(data) > len(rows):
                found = _match(data, rows)
                if found:
                    return found
    return None


def _array(value: Any) -> np.ndarray[Any, Any] | None:
    if isinstance(value, torch.Tensor):
        if value.requires_grad or value.is_cuda or not hooks.ordinary(value):
            return None
        try:
            value = value.detach().resolve_conj().numpy()
        except (TypeError, RuntimeError):  # a format that numpy has not
            return None
    if not isinstance(value, np.ndarray):
        return None
    array = cast("np.ndarray[Any, Any]", value)
    return array if array.ndim >= 1 and 0 < len(array) <= _MAX_ROWS and array.dtype.kind in "fiu" else None


def _match(data: np.ndarray[Any, Any], rows: np.ndarray[Any, Any]) -> list[int] | None:
    place: dict[bytes, int] = {}
    flat = np.ascontiguousarray(data).reshape(len(data), -1)
    for i, row in enumerate(flat):
        key = row.tobytes()
        place[key] = -1 if key in place else i
    wanted = np.ascontiguousarray(rows).reshape(len(rows), -1)
    found = [place.get(row.tobytes(), -1) for row in wanted]
    return found if all(i >= 0 for i in found) else None
