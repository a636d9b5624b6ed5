"""What of the program can change between two steps: found by a bounded walk from the names of its frames."""

from __future__ import annotations

import itertools
import linecache
import re
import sys
import sysconfig
import types
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import torch

_MOST, _WIDE, _SMALL_ARRAY = 3000, 64, 4096
_CONTAINERS, _TABLE = 48, 8
_GLOBAL = re.compile(r"\s*global\s+([\w\s,]+)")
_PLAIN = (
    str,
    bytes,
    int,
    float,
    complex,
    bool,
    type(None),
    type,
    range,
    slice,
    types.ModuleType,
    torch.dtype,
)
_LIBRARY = tuple({sysconfig.get_path(k) for k in ("stdlib", "platstdlib", "purelib", "platlib")})
_STATEFUL = ("torch.optim", "torch.amp", "torch.cuda.amp", "torch.utils.data", "torch.ao", "torch.nn.utils")
_NORMS = (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d, torch.nn.BatchNorm3d, torch.nn.SyncBatchNorm,
          torch.nn.InstanceNorm1d, torch.nn.InstanceNorm2d, torch.nn.InstanceNorm3d)  # fmt: skip
_FRAMEWORKS = ("lightning", "pytorch_lightning", "transformers", "accelerate", "torchmetrics", "ema_pytorch")
_QUIET = frozenset(
    {"logging", "threading", "io", "_io", "tqdm", "rich", "matplotlib", "pandas", "queue", "weakref"}
)


@dataclass(slots=True)
class Reached:
    """Everything found that can change: namespaces, containers, cells, tensors, generators."""

    spaces: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    lists: list[list[Any]] = field(default_factory=list[list[Any]])
    others: list[Any] = field(default_factory=list[Any])  # dict, set, deque
    cells: list[types.CellType] = field(default_factory=list[types.CellType])
    slotted: list[Any] = field(default_factory=list[Any])
    tensors: list[torch.Tensor] = field(default_factory=list[torch.Tensor])
    buffers: list[torch.Tensor] = field(default_factory=list[torch.Tensor])
    unversioned: list[torch.Tensor] = field(
        default_factory=list[torch.Tensor]
    )  # moved by batch norm and GradScaler
    arrays: list[Any] = field(default_factory=list[Any])
    streams: list[Any] = field(default_factory=list[Any])
    generators: list[Any] = field(default_factory=list[Any])
    optimizers: list[torch.optim.Optimizer] = field(default_factory=list[torch.optim.Optimizer])


def reach(roots: Iterable[object]) -> Reached:
    """Breadth first from `roots`, at most 3000 objects, at most 64 elements of one container."""
    found, seen, queue = Reached(), set[int](), deque(roots)
    keep: list[object] = []  # an id is only good while its object lives
    while queue and len(seen) < _MOST:
        thing = queue.popleft()
        if isinstance(thing, _PLAIN) or id(thing) in seen:
            continue
        seen.add(id(thing))
        keep.append(thing)
        queue.extend(_visit(thing, found))
    return found


def _visit(thing: Any, found: Reached) -> Iterable[object]:
    match thing:
        case torch.Tensor():
            if thing.grad_fn is None:
                found.tensors.append(thing)
            return ()
        case torch.Generator():
            found.streams.append(thing)
            return ()
        case list() | set() | deque() | dict() | tuple() | frozenset():
            return _container(thing, found)
        case types.GeneratorType():
            found.generators.append(thing)
            return () if thing.gi_frame is None else list(thing.gi_frame.f_locals.values())
        case types.FunctionType() | types.MethodType():
            return _function(thing, found)
        case _:
            return _instance(thing, found)


def _container(thing: Any, found: Reached) -> Iterable[object]:
    """A container and what it holds; a table (many containers in one) is data and not looked into."""
    known: Any = found.lists if isinstance(thing, list) else found.others
    if not isinstance(thing, tuple | frozenset) and len(known) < _CONTAINERS:
        known.append(thing)
    parts = cast("Iterable[object]", thing.values() if isinstance(thing, dict) else thing)
    inside = list(itertools.islice(parts, _WIDE))
    if sum(isinstance(x, list | dict | tuple | set) for x in inside) > _TABLE:
        return ()
    return inside


def _function(function: Any, found: Reached) -> Iterator[object]:
    if isinstance(function, types.MethodType):
        yield function.__self__
        return
    if is_library(function.__module__ or ""):
        return
    for cell in function.__closure__ or ():
        found.cells.append(cell)
        try:
            yield cell.cell_contents
        except ValueError:
            continue
    yield from (function.__defaults__ or ())


def _instance(thing: Any, found: Reached) -> Iterable[object]:
    home: str = type(thing).__module__
    if home.partition(".")[0] in _QUIET:
        return ()
    if home.partition(".")[0] == "numpy" or isinstance(thing, _random_kinds()):
        if hasattr(thing, "nbytes"):
            if thing.nbytes <= _SMALL_ARRAY and hasattr(thing, "flags"):
                found.arrays.append(thing)
        else:
            found.streams.append(thing)
        return ()
    if isinstance(thing, torch.nn.Module):
        return _module(thing, found)
    return _own_state(thing, home, found)


def _own_state(thing: Any, home: str, found: Reached) -> Iterable[object]:
    space: dict[str, Any] = getattr(thing, "__dict__", None) or {}
    slots = [
        s for k in type(thing).__mro__ for s in _names(vars(k).get("__slots__", ())) if hasattr(thing, s)
    ]
    own = not is_library(home) or home.startswith(_STATEFUL)
    if not (own or home.startswith(_FRAMEWORKS) or home in ("functools", "itertools")):
        return ()
    if own and slots:
        found.slotted.append((thing, tuple(s for s in slots if s not in ("__dict__", "__weakref__"))))
    if isinstance(thing, torch.optim.Optimizer):
        found.optimizers.append(thing)
        found.spaces.extend(thing.param_groups)
        found.spaces.append(thing.__dict__)
        return ()
    values = [getattr(thing, s) for s in slots]
    if own and space:
        found.spaces.append(space)
    if "GradScaler" in type(thing).__name__:
        found.unversioned.extend(v for v in space.values() if isinstance(v, torch.Tensor))
    return [*values, *list(space.values())[:_WIDE]]


def _module(module: torch.nn.Module, found: Reached) -> Iterable[object]:
    """Buffers always; attributes of the user's own classes; children are walked like any other value."""
    space = module.__dict__
    buffers = space["_buffers"]
    known = found.unversioned if isinstance(module, _NORMS) else found.buffers
    known.extend(b for b in buffers.values() if b is not None)
    if buffers:
        found.others.append(buffers)
    found.tensors.extend(p for p in space["_parameters"].values() if p is not None)
    if not is_library(type(module).__module__):
        found.spaces.append(space)
        yield from (v for k, v in space.items() if not k.startswith("_") or k == "_modules")
    yield from space["_modules"].values()


def _names(slots: Any) -> tuple[str, ...]:
    return (slots,) if isinstance(slots, str) else tuple(slots)


_random: tuple[type, ...] = ()


def _random_kinds() -> tuple[type, ...]:
    global _random
    if not _random:
        import random

        _random = (random.Random,)
    return _random


_known: dict[str, bool] = {"builtins": True}


def is_library(module: str) -> bool:
    """Whether a module comes from the standard library or site-packages, hence is not the user's."""
    answer = _known.get(module)
    if answer is None:
        loaded = sys.modules.get(module)
        file = getattr(loaded, "__file__", None) if module != "__main__" else ""
        top = module.partition(".")[0]
        answer = top in sys.stdlib_module_names - {"__main__"} or top in ("torch", "numpy", "numsan")
        answer = (answer or (file or "").startswith(_LIBRARY)) and module != "__main__"
        _known[module] = answer
    return answer


def user_modules() -> Iterator[dict[str, Any]]:
    """Namespaces of the modules that the user wrote."""
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) and not is_library(name):
            yield vars(module)


_rebound: dict[str, tuple[str, ...]] = {}


def rebound(space: dict[str, Any]) -> tuple[str, ...]:
    """Names of a module that its functions assign: those in `global` statements of its source."""
    file = str(space.get("__file__", ""))
    if file not in _rebound:
        lines = linecache.getlines(file, space)
        found = [m.group(1) for m in map(_GLOBAL.match, lines) if m]
        _rebound[file] = tuple({n.strip() for names in found for n in names.split(",")})
    return _rebound[file]
