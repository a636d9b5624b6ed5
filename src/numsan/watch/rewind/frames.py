"""The call stack at a mark: which activations are alive, where each one stands, and what its names mean.

An activation is recognised again by a token left in `frame.f_trace` (unused unless a debugger runs), because a frame
object itself would keep every local alive. Frames that have not run since the last mark keep their last snapshot.
"""

from __future__ import annotations

import os
import sys
import types
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Snap:
    """One frame at one moment. `names` is a shallow copy; tensors with a graph are detached."""

    token: object
    code: types.CodeType
    lasti: int
    space: dict[str, Any]
    names: dict[str, Any]


class Stack:
    """Takes snapshots of the running stack, innermost first."""

    def __init__(self, hidden: tuple[str, ...] = ()) -> None:
        self._hidden = (_OWN, _TORCH, "<frozen", *hidden)
        self._foreign: dict[types.CodeType, bool] = {}
        self._clearable: dict[types.CodeType, bool] = {}
        self._globals: dict[int, tuple[int, list[str]]] = {}
        self._last: list[Snap] = []
        self.common: object = None  # the innermost activation that two successive marks share

    def here(self, frame: types.FrameType | None) -> list[Snap]:
        """Snapshots from `frame` outwards; reuses those of frames outside the innermost one that was there before."""
        last = self._last
        taken: list[Snap] = []
        while frame is not None and len(taken) < _DEEPEST:
            code = frame.f_code
            if self._resumable(code):
                token = token_of(frame)
                taken.append(self.snap(frame, token))
                at = next((i for i, s in enumerate(last) if s.token is token), None)
                if at is not None:
                    self.common = token
                    taken.extend(last[at + 1 :])
                    break
            frame = frame.f_back
        self._last = taken
        return taken

    def standing(self, frame: types.FrameType | None, base: list[Snap]) -> list[Snap]:
        """From `frame` outwards to the first activation that `base` knows too; tensors with a graph are left out."""
        taken: list[Snap] = []
        while frame is not None and len(taken) < _DEEPEST:
            if self._resumable(frame.f_code):
                token = token_of(frame)
                taken.append(self.snap(frame, token, graphs=False))
                if any(s.token is token for s in base):
                    break
            frame = frame.f_back
        return taken

    def snap(self, frame: types.FrameType, token: object, graphs: bool = True) -> Snap:
        code = frame.f_code
        if code.co_flags & _OPTIMIZED:
            live = frame.f_locals
            names = dict(live)
            if _CLEARED_AFTER and self._may_clear(code) and sys.getrefcount(live) <= 3:
                live.clear()
        else:
            names = self.changing(frame.f_locals)
        for name, value in names.items():
            if isinstance(value, torch.Tensor) and value.grad_fn is not None:
                names[name] = value.detach() if graphs else None
        return Snap(token, code, frame.f_lasti, frame.f_globals, names)

    def changing(self, space: dict[str, Any]) -> dict[str, Any]:
        """A namespace without its modules, functions and classes."""
        known = self._globals.get(id(space))
        if known is None or known[0] != len(space):
            known = self._globals[id(space)] = (len(space), changing(space))
        try:
            return {name: space[name] for name in known[1]}
        except KeyError:  # one name deleted, another made
            del self._globals[id(space)]
            return self.changing(space)

    def _resumable(self, code: types.CodeType) -> bool:
        """Neither our frames nor torch's: a result passes through those unchanged."""
        answer = self._foreign.get(code)
        if answer is None:
            answer = self._foreign[code] = not code.co_filename.startswith(self._hidden)
        return answer

    def _may_clear(self, code: types.CodeType) -> bool:
        """A function that keeps its own `locals()` keeps it."""
        answer = self._clearable.get(code)
        if answer is None:
            answer = self._clearable[code] = not {"locals", "vars"} & set(code.co_names)
        return answer


def changing(space: dict[str, Any]) -> list[str]:
    """Names of a namespace that may be assigned again: no module, function or class."""
    return [n for n, v in space.items() if not isinstance(v, _STATIC) and not n.startswith("__")]


def token_of(frame: types.FrameType) -> object:
    token: Any = frame.f_trace
    if isinstance(token, Token):
        return token
    if token is not None or sys.gettrace() is not None:
        return frame  # a debugger owns f_trace: the frame itself, at the price of its locals living a step longer
    token = Token()
    frame.f_trace = token
    return token
