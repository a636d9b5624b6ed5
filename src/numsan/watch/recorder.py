"""Records one replayed step: every dispatched operation with ranges, source expression, module and maker of each input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, cast

import torch

from numsan.core.trace import Site, TensorStats
from numsan.watch import hooks
from numsan.watch.modules import ModuleStack
from numsan.watch.source import is_user_file, site_of
from numsan.watch.stats import glance, look

_ENGINE = ("_engine_run_backward",)
_HELD_BYTES = 3 << 30
_FAULTS = 256  # so many and it stops trying
_SMALL = 1 << 16  # elements; a full look at every in-place operation must stay cheap


@dataclass(slots=True, eq=False)
class Value:
    """One tensor as it was at one moment."""

    tensor: torch.Tensor | None
    stats: TensorStats
    event: Event | None = None
    version: int = 0
    label: str = ""

    def full(self) -> TensorStats:
        """Ranges with all counts, as far as the tensor still is what it was."""
        if self.tensor is None or (self.version >= 0 and self.tensor._version != self.version):
            return self.stats
        return look(self.tensor)


@dataclass(slots=True, eq=False)
class Event:
    """One operation of the replay. `args` is the call with tensors replaced by `Value`s."""

    index: int
    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    inputs: list[Value]
    outputs: list[Value] = field(default_factory=list[Value])
    site: Site | None = None
    module: str = ""
    phase: str = "forward"
    node: str = ""  # name of the backward node that ran, for phase "backward"
    forward: Event | None = None  # the forward operation whose derivative this is
    custom: bool = False  # inside a hand-written autograd.Function's backward
    writes: bool = False  # changes one of its inputs in place
    before: list[TensorStats] = field(default_factory=list[TensorStats])  # inputs, before a write

    @property
    def bad(self) -> bool:
        return any(not v.stats.finite for v in self.outputs)

    @property
    def op(self) -> str:
        return str(self.func.overloadpacket.__name__)


class Recorder(hooks.DispatchMode):
    """Dispatch mode that fills `events`. An operation it cannot look at leaves a gap, told in `fault`."""

    def __init__(self) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]
        self.events: list[Event] = []
        self.fault: str | None = None
        self._faults = 0
        self.modules = ModuleStack()
        self.leaves: dict[tuple[Any, ...], Value] = {}
        self._made: dict[tuple[Any, ...], Value] = {}
        self._written: dict[int, Value] = {}
        self._by_sequence: dict[int, Event] = {}
        self._held = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        event = self._before(func, args, kwargs) if self._faults < _FAULTS else None
        out = func(*args, **kwargs)
        if event is not None:
            try:
                self._after(event, out)
            except Exception as error:
                self._failed(func, error)
        return out

    def _before(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Event | None:
        try:
            event = Event(index=len(self.events), func=func, args=(), kwargs={}, inputs=[])
            event.args = tuple(self._lower(a, event.inputs) for a in args)
            event.kwargs = {k: self._lower(a, event.inputs) for k, a in kwargs.items()}
            event.writes = func._schema.is_mutable
            if event.writes:
                event.before = [v.full() if v.stats.numel <= _SMALL else v.stats for v in event.inputs]
            frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage] - inspect would cost a call for each operation
            self._place(event, frame)
            return event
        except Exception as error:
            self._failed(func, error)
            return None

    def _failed(self, func: Any, error: Exception) -> None:
        """An exotic tensor (nested, compressed, a subclass) costs its own operation, not the recording."""
        self.fault = self.fault or f"{func}: {error!r}"
        self._faults += 1

    def _lower(self, arg: Any, inputs: list[Value]) -> Any:
        if isinstance(arg, torch.Tensor):
            value = self.value_of(arg)
            inputs.append(value)
            return value
        if isinstance(arg, list | tuple):
            items = cast(Sequence[Any], arg)
            return tuple(self._lower(a, inputs) for a in items)
        return arg

    def _place(self, event: Event, frame: FrameType | None) -> None:
        node = hooks.autograd_node()
        user, in_engine = _innermost(frame)
        event.module = self.modules.current
        if node is not None and (in_engine or user is None):
            event.phase, event.node = "backward", node.name()
            event.forward = self._by_sequence.get(node._sequence_nr())
            event.site = event.forward.site if event.forward else None
            event.module = event.forward.module if event.forward else ""
        elif user is not None:
            event.site = site_of(user)
            if node is not None and hooks.is_custom_function(node):
                event.phase, event.node, event.custom = "backward", node.name(), True
                event.forward = self._by_sequence.get(node._sequence_nr())

    def _after(self, event: Event, out: Any) -> None:
        self._by_sequence.setdefault(hooks.next_sequence_number() - 1, event)
        for tensor in hooks.tree_leaves(out):
            if isinstance(tensor, torch.Tensor):
                event.outputs.append(self._make(tensor, event))
        self.events.append(event)

    def _make(self, tensor: torch.Tensor, event: Event) -> Value:
        # autograd counts a write only after we return, so its version is read at the next use
        value = self._hold(
            tensor, Value(None, glance(tensor), event, -1 if event.writes else tensor._version)
        )
        if event.writes:
            self._written[_storage(tensor)] = value
        self._made[_key(tensor)] = value
        return value

    def _hold(self, tensor: torch.Tensor, value: Value) -> Value:
        """Keeps the tensor (its address stays its own) within a budget of memory."""
        size = tensor.numel() * tensor.element_size()
        if self._held + size <= _HELD_BYTES:
            value.tensor = tensor  # itself: a detached alias made below autograd has a version of its own
            self._held += size
        return value

    def value_of(self, tensor: torch.Tensor) -> Value:
        """Who made this tensor; a new leaf if nobody did since recording began."""
        key = _key(tensor)
        value = self._made.get(key)
        written = self._written.get(_storage(tensor))
        if written is not None and written.event is not None and written is not value:
            made = value.event.index if value is not None and value.event is not None else -1
            if written.event.index > made:
                return Value(tensor, glance(tensor), written.event, tensor._version)
        if value is not None:
            if value.version < 0:
                value.version = tensor._version
            return value
        leaf = self.leaves.get(key)
        if leaf is None or leaf.version != tensor._version:
            leaf = self._hold(tensor, Value(None, glance(tensor), None, tensor._version))
            self.leaves[key] = leaf
        return leaf


def _key(tensor: torch.Tensor) -> tuple[Any, ...]:
    if tensor.numel() == 0 or not hooks.ordinary(tensor):
        return (id(tensor),)
    return tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype


def _storage(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr() if hooks.ordinary(tensor) else id(tensor)


def _innermost(frame: FrameType | None) -> tuple[FrameType | None, bool]:
    """The innermost user frame, and whether the autograd engine lies inside it."""
    in_engine = False
    while frame is not None:
        code = frame.f_code
        if is_user_file(code.co_filename):
            return frame, in_engine
        in_engine = in_engine or code.co_name in _ENGINE
        frame = frame.f_back
    return None, in_engine
