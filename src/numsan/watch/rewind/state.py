"""The state of a program that a replay has to put back: captured in microseconds, restored whole."""

from __future__ import annotations

import time
import types
import weakref
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import torch

from numsan.watch import hooks
from numsan.watch.rewind.frames import changing
from numsan.watch.rewind.generators import Paused, Stream, live_streams, pause
from numsan.watch.rewind.reach import Reached, is_library, reach, rebound
from numsan.watch.rewind.streams import Streams

_POLLED, _SMALL, _MUTABLE_BYTES = 24, 64, 512 << 20
_STREAMS = 8
_PRINTED = 1 << 21  # numbers of which a walk takes fingerprints
_EMPTY = object()
Print = tuple[weakref.ref[torch.Tensor], bytes]


@dataclass(slots=True)
class Kept:
    """A tensor that was seen to change in place (or a buffer), with its newest copy."""

    tensor: weakref.ref[torch.Tensor]
    version: int
    copy: torch.Tensor | None
    always: bool  # changes without a change of version: `.data`, batch norm


@dataclass(slots=True, eq=False)  # frozen would cost 2 us each
class Saved:
    """One capture. Lists are kept by length unless small; tensors share copies while they do not change."""

    streams: list[tuple[int, Any]]
    spaces: list[tuple[dict[str, Any], dict[str, Any]]]
    lists: list[tuple[list[Any], Any]]
    others: list[tuple[Any, Any]]
    cells: list[tuple[types.CellType, Any]]
    slots: list[tuple[Any, str, Any]]
    tensors: list[tuple[weakref.ref[torch.Tensor], torch.Tensor]]
    arrays: list[tuple[Any, Any]]
    modules: list[tuple[dict[str, Any], dict[str, Any]]]
    generators: list[Paused]


class State:
    """Knows what to save (`look`), saves it (`save`) and puts it back (`restore`)."""

    def __init__(self) -> None:
        self.streams = Streams()
        self.reached = Reached()
        self.kept: dict[int, Kept] = {}
        self.watched: list[tuple[weakref.ref[torch.Tensor], int]] = []
        self.turn = 0
        self.prints: dict[int, Print] = {}
        self.streaming: list[weakref.ref[Stream]] = []
        self.cost, self.looked = 0.0, 0.0
        self.modules: list[tuple[dict[str, Any], tuple[str, ...]]] = []

    def due(self) -> bool:
        """A walk may take one hundredth of the time."""
        return time.perf_counter() - self.looked > 100 * self.cost

    def look(self, roots: Iterable[object], modules: Iterable[dict[str, Any]]) -> None:
        """Walks from `roots`, and from what the user's `modules` hold, to everything that may change."""
        begun = time.perf_counter()
        spaces = list(modules)
        self.modules = [(m, names) for m in spaces if (names := rebound(m))]
        self.reached = found = reach([*roots, *(m[n] for m in spaces for n in changing(m))])
        found.tensors = [t for t in found.tensors if hooks.ordinary(t)]
        for stream in found.streams:
            self.streams.add(stream)
        streaming = [*(g for g in found.generators if not is_library(_home(g))), *live_streams(spaces)]
        self.streaming = [weakref.ref(g) for g in {id(g): g for g in streaming}.values()][:_STREAMS]
        for tensors, always in ((found.buffers, False), (found.unversioned, True)):
            for tensor in tensors:
                self._keep(tensor, always)
        optimized = {id(p) for o in found.optimizers for g in o.param_groups for p in g["params"]}
        shapes = {p.shape for o in found.optimizers for g in o.param_groups for p in g["params"]}
        for tensor in found.tensors:  # an average or an older copy of the weights is about to change
            if tensor.shape in shapes and id(tensor) not in optimized and tensor.numel() > 1:
                self._keep(tensor)
        self._watch({id(t): t for t in found.tensors if id(t) not in optimized and id(t) not in self.kept})
        found.tensors, found.buffers, found.unversioned = [], [], []
        self.looked = time.perf_counter()
        self.cost = self.looked - begun

    def _watch(self, tensors: dict[int, torch.Tensor]) -> None:
        """Tensors that may change in place later; those that did so unseen since the last walk are kept."""
        self.watched = [(weakref.ref(t), t._version) for t in tensors.values()]
        left, old, self.prints = _PRINTED, self.prints, dict[int, Print]()
        for key, tensor in tensors.items():
            left -= tensor.numel()
            if left < 0:
                break
            now, then = fingerprint(tensor), old.get(key)
            self.prints[key] = weakref.ref(tensor), now
            if then is not None and then[0]() is tensor and then[1] != now:
                self._keep(tensor, True)

    def _keep(self, tensor: torch.Tensor, always: bool = False) -> None:
        held = sum(k.copy.nbytes for k in self.kept.values() if k.copy is not None)
        fits = tensor.layout is torch.strided and held + tensor.nbytes < _MUTABLE_BYTES
        if id(tensor) not in self.kept and fits:
            key = id(tensor)
            ref = weakref.ref(tensor, lambda _: self.kept.pop(key, None))
            self.kept[key] = Kept(ref, -1, None, always)

    def save(self, fresh: bool = False) -> Saved:
        """Everything known to change; `fresh` copies every such tensor, whatever its version says."""
        found = self.reached
        return Saved(
            self.streams.capture(),
            [(x, x.copy()) for x in found.spaces],
            [(x, x.copy() if len(x) < _SMALL else len(x)) for x in found.lists],
            [(x, x.copy()) for x in found.others if len(x) < _SMALL] if found.others else [],
            [(c, content(c)) for c in found.cells] if found.cells else [],
            [(o, n, getattr(o, n, _EMPTY)) for o, names in found.slotted for n in names]
            if found.slotted
            else [],
            self._tensors(fresh),
            [(a, a.copy()) for a in found.arrays] if found.arrays else [],
            [(m, {n: m[n] for n in names if n in m}) for m, names in self.modules] if self.modules else [],
            self._paused() if self.streaming else [],
        )

    def _paused(self) -> list[Paused]:
        live = [g for ref in self.streaming if (g := ref()) is not None]
        return [p for g in live if (p := pause(g)) is not None]

    def _tensors(self, fresh: bool) -> list[tuple[weakref.ref[torch.Tensor], torch.Tensor]]:
        self._poll()
        saved: list[tuple[weakref.ref[torch.Tensor], torch.Tensor]] = []
        for kept in list(self.kept.values()):
            tensor = kept.tensor()
            if tensor is None:
                continue
            if fresh or kept.always or kept.copy is None or tensor._version != kept.version:
                kept.copy, kept.version = tensor.detach().clone(), tensor._version
            saved.append((kept.tensor, kept.copy))
        return saved

    def _poll(self) -> None:
        """Looks at some tensors in turn: one that changed in place since the walk is kept from now on."""
        watched = self.watched
        for _ in range(min(_POLLED, len(watched))):
            self.turn = (self.turn + 1) % len(watched)
            ref, version = watched[self.turn]
            tensor = ref()
            if tensor is not None and tensor._version != version:
                self._keep(tensor)

    def restore(self, saved: Saved) -> None:
        for space, copy in saved.modules:
            space.update(copy)
        for space, copy in saved.spaces:
            _refill(space, copy)
        for items, copy in saved.lists:
            if isinstance(copy, int):
                del items[copy:]
            else:
                items[:] = copy
        for thing, copy in saved.others:
            _refill(thing, copy)
        for cell, content in saved.cells:
            set_cell(cell, content)
        for thing, name, value in saved.slots:
            if value is not _EMPTY:
                object.__setattr__(thing, name, value)
        for array, copy in saved.arrays:
            if array.flags.writeable:
                array[...] = copy
        put_back(saved.tensors)
        self.streams.restore(saved.streams)


def _home(generator: Stream) -> str:
    frame = generator.gi_frame
    return "builtins" if frame is None else str(frame.f_globals.get("__name__", ""))


def fingerprint(tensor: torch.Tensor) -> bytes:
    """Sum and first number, as bits: enough to see that a tensor is being trained or averaged."""
    flat = tensor.detach().reshape(-1)
    flat = torch.view_as_real(flat).reshape(-1) if flat.is_complex() else flat
    few = torch.cat([flat.double().sum().reshape(1), flat[:1].double()])
    return few.cpu().numpy().tobytes()


def put_back(tensors: Iterable[tuple[weakref.ref[torch.Tensor], torch.Tensor]]) -> None:
    with torch.no_grad():
        for ref, copy in tensors:
            tensor = ref()
            if tensor is not None:
                tensor.data.copy_(copy)


def _refill(thing: Any, copy: Any) -> None:
    if isinstance(thing, dict):
        _refill_space(cast("dict[Any, Any]", thing), copy)
    else:
        thing.clear()
        getattr(thing, "extend" if isinstance(thing, deque) else "update")(copy)


def _refill_space(space: dict[Any, Any], copy: dict[Any, Any]) -> None:
    if len(space) != len(copy) or any(space.get(k, _EMPTY) is not v for k, v in copy.items()):
        space.clear()
        space.update(copy)


def content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _EMPTY


def set_cell(cell: types.CellType, value: Any) -> None:
    if value is not _EMPTY:
        cell.cell_contents = value
    elif content(cell) is not _EMPTY:
        del cell.cell_contents
