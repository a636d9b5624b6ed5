"""The call stack at a mark: which activations are alive, where each one stands, and what its names mean.

An activation is recognised again by a token left in `frame.f_trace` (unused unless a debugger runs), because
a frame object itself would keep every local alive. Frames that have not run since keep their snapshot.
"""

from __future__ import annotations

import os
import sys
import types
from typing import Any

import torch

_OWN = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep
_TORCH = os.path.dirname(os.path.abspath(torch.__file__)) + os.sep
_OPTIMIZED, _DEEPEST = 0x1, 48
_STATIC = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type, types.GenericAlias)
_CLEARED_AFTER = sys.version_info < (3, 13)  # f_locals is a cached dict there, and would keep tensors alive


class Token:
    """Marks one activation. Callable because a debugger that starts later calls what is in `f_trace`."""

    __slots__ = ("__weakref__",)

    def __call__(self, *_: object) -> None:
        return None


class Snap:
    """One frame at one moment. `names` is a shallow copy; tensors with a graph are detached."""

    __slots__ = ("code", "lasti", "names", "space", "token")

    def __init__(
        self, token: object, code: types.CodeType, lasti: int, space: dict[str, Any], names: dict[str, Any]
    ) -> None:
        self.token, self.code, self.lasti, self.space, self.names = token, code, lasti, space, names


class Kind:
    """What is known of one code object: whether its frames are resumed, and which names held graphs."""

    __slots__ = ("clearable", "graphs", "optimized", "resumable", "turn")

    def __init__(self, code: types.CodeType, hidden: tuple[str, ...]) -> None:
        self.resumable = not code.co_filename.startswith(hidden)
        self.optimized = bool(code.co_flags & _OPTIMIZED)
        # a function that keeps its own `locals()` keeps it
        self.clearable = self.optimized and _CLEARED_AFTER and not {"locals", "vars"} & set(code.co_names)
        self.graphs: set[str] = set()
        self.turn = 0


class Stack:
    """Takes snapshots of the running stack, innermost first. Neither our frames nor torch's are in them."""

    def __init__(self, hidden: tuple[str, ...] = ()) -> None:
        self._hidden = (_OWN, _TORCH, "<frozen", *hidden)
        self._kinds: dict[types.CodeType, Kind] = {}
        self._spaces: dict[int, tuple[int, list[str]]] = {}
        self._last: list[Snap] = []
        self.common: object = None  # the innermost activation that two successive marks share

    def here(self, frame: types.FrameType | None) -> list[Snap]:
        """Snapshots from `frame` outwards; those outside the innermost frame seen before are reused."""
        self._last = self.standing(frame, self._last, True)
        return self._last

    def standing(self, frame: types.FrameType | None, base: list[Snap], whole: bool = False) -> list[Snap]:
        """From `frame` outwards to the first activation that `base` knows; the rest of `base` if `whole`."""
        taken: list[Snap] = []
        kinds = self._kinds
        while frame is not None and len(taken) < _DEEPEST:
            code = frame.f_code
            kind = kinds.get(code)
            if kind is None:
                kind = kinds[code] = Kind(code, self._hidden)
            if kind.resumable:
                token = frame.f_trace
                if type(token) is not Token:
                    token = token_of(frame)
                taken.append(
                    Snap(token, code, frame.f_lasti, frame.f_globals, self._names(frame, kind, whole))
                )
                for i, known in enumerate(base):
                    if known.token is token:
                        if whole:
                            self.common = token
                            taken += base[i + 1 :]
                        return taken
            frame = frame.f_back
        return taken

    def _names(self, frame: types.FrameType, kind: Kind, whole: bool) -> dict[str, Any]:
        live = frame.f_locals
        if kind.optimized:
            names = dict(live)
            if kind.clearable and sys.getrefcount(live) <= 3:
                live.clear()
        else:
            names = self._changing(live)
        kind.turn += 1
        if kind.turn & 255 == 0 or kind.turn < 4:  # names held a graph once: look at those alone in between
            kind.graphs |= {
                n for n, v in names.items() if isinstance(v, torch.Tensor) and v.grad_fn is not None
            }
        for name in kind.graphs:
            value = names.get(name)
            if isinstance(value, torch.Tensor) and value.grad_fn is not None:
                names[name] = value.detach() if whole else None
        return names

    def _changing(self, space: dict[str, Any]) -> dict[str, Any]:
        """A namespace without its modules, functions and classes."""
        known = self._spaces.get(id(space))
        if known is None or known[0] != len(space):
            known = self._spaces[id(space)] = (len(space), changing(space))
        try:
            return {name: space[name] for name in known[1]}
        except KeyError:  # one name deleted, another made
            del self._spaces[id(space)]
            return self._changing(space)


def changing(space: dict[str, Any]) -> list[str]:
    """Names of a namespace that may be assigned again: no module, function or class."""
    return [n for n, v in space.items() if not isinstance(v, _STATIC) and not n.startswith("__")]


def token_of(frame: types.FrameType) -> object:
    token: Any = frame.f_trace
    if isinstance(token, Token):
        return token
    if token is not None or sys.gettrace() is not None:
        return frame  # a debugger owns f_trace: the frame itself, though its locals then live a step longer
    token = Token()
    frame.f_trace = token
    return token
