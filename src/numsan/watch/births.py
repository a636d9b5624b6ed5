"""Where a non-finite array of the program's data first appeared: the set-up run again, watched line by line.

Arrays made by numpy, csv parsing or torch before the first step are not in any trace of a step. A re-execution watches
the local variables (and attributes of `self`) of user code: the first line after which an array has non-finite elements
in the given rows is its birth. A line that writes into an array has those it knows looked at again.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any, cast

import numpy as np
import torch

from numsan.watch.source import is_user_file, shown

_MAX_NUMEL = 20_000_000
_MAX_BIRTHS = 256
_ARRAYS = (np.ndarray, torch.Tensor)
_SCALARS = (float, np.floating)
_RATIO = 1e3
_WRITERS = frozenset({"put", "copyto", "fill", "place", "putmask", "itemset"})
_AGAIN = 200_000_000  # elements that are looked at again, all together


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayBirth:
    """One array that became non-finite on one line of user code."""

    file: str
    path: str
    line: int
    function: str
    name: str
    shape: tuple[int, ...]
    nan: int
    inf: int
    rows: tuple[int, ...]  # first rows with a non-finite element


class LineWatch:
    """A `sys.settrace` function for user files. `births` holds first appearances in order."""

    def __init__(self, scalars: bool = False, level: float | None = None) -> None:
        self.births: list[ArrayBirth] = []
        self._level = level  # instead of the non-finite, what is at least this large
        self.at_rest = False  # something non-finite was there before the watched code ran
        self._types = _ARRAYS + _SCALARS if scalars else _ARRAYS
        self._known: dict[int, Any] = {}  # arrays already judged, kept alive so that ids stay theirs
        self._bad: set[int] = set()
        self._left = _AGAIN

    def __enter__(self) -> LineWatch:
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if not is_user_file(frame.f_code.co_filename) or len(self.births) >= _MAX_BIRTHS:
            return None
        previous = [frame.f_lineno]
        for _, value in self._locals(frame):  # arguments and attributes that were bad before this call
            if id(value) not in self._known:
                self._known[id(value)] = value
                if _judge(value, self._level) is not None:
                    self._bad.add(id(value))
                    self.at_rest = True

        def line(frame: FrameType, event: str, arg: Any) -> Any:
            if event in ("line", "return"):
                again = previous[0] in writing_lines(frame.f_code)
                self._look(frame, self._locals(frame), previous[0], again)
                previous[0] = frame.f_lineno
            if event == "return":  # a yield too
                self._look(frame, self._parts(arg), frame.f_lineno)
            return line

        return line

    def _look(
        self, frame: FrameType, values: Iterable[tuple[str, Any]], line: int, again: bool = False
    ) -> None:
        for name, value in values:
            if id(value) in self._known and not (again and self._may_have_changed(value)):
                continue
            self._known[id(value)] = value
            found = _judge(value, self._level)
            if found is not None:
                self._bad.add(id(value))
                nan, inf, rows = found
                code = frame.f_code
                self.births.append(
                    ArrayBirth(file=shown(code.co_filename), path=code.co_filename, line=line,
                               function="" if code.co_name == "<module>" else code.co_qualname, name=name,
                               shape=tuple(getattr(value, "shape", ())), nan=nan, inf=inf, rows=rows)
                )  # fmt: skip

    def _may_have_changed(self, value: Any) -> bool:
        if id(value) in self._bad or not isinstance(value, _ARRAYS):
            return False
        self._left -= value.numel() if isinstance(value, torch.Tensor) else value.size
        return self._left > 0

    def _locals(self, frame: FrameType) -> Iterator[tuple[str, Any]]:
        for name, value in frame.f_locals.items():
            if isinstance(value, self._types):
                yield name, value
            elif name == "self":
                for attribute, item in list(getattr(value, "__dict__", {}).items()):
                    if isinstance(item, self._types):
                        yield f"self.{attribute}", item

    def _parts(self, value: Any) -> Iterator[tuple[str, Any]]:
        items = cast(Sequence[Any], value) if isinstance(value, tuple | list) else (value,)
        items = items if len(items) <= 16 else ()
        for item in items:
            if isinstance(item, self._types):
                yield "the returned value", item

    def dump(self) -> list[dict[str, Any]]:
        return [asdict(b) for b in self.births]


@lru_cache(maxsize=1024)
def writing_lines(code: CodeType) -> frozenset[int]:
    """Lines that may write into an array: `a[i] = ...`, `a += ...`, `a.fill_(...)`, `np.copyto(a, ...)`."""
    found: set[int] = set()
    line = code.co_firstlineno
    for step in dis.get_instructions(code):
        line = step.positions.lineno or line if step.positions is not None else line
        name = str(step.argval)
        if (
            step.opname in ("STORE_SUBSCR", "STORE_SLICE")
            or (step.opname == "BINARY_OP" and step.argrepr.endswith("="))
            or (step.opname in ("LOAD_METHOD", "LOAD_ATTR") and (name in _WRITERS or _in_place(name)))
        ):
            found.add(line)
    return frozenset(found)


def _in_place(name: str) -> bool:
    return name.endswith("_") and not name.endswith("__")


def _judge(value: Any, level: float | None) -> tuple[int, int, tuple[int, ...]] | None:
    if isinstance(value, torch.Tensor):
        wanted = value.is_floating_point() or level is not None
        if value.layout is not torch.strided or not wanted or value.numel() > _MAX_NUMEL:
            return None
        value = value.detach().cpu().float().numpy()
    value = np.asarray(value)
    if (
        value.dtype.kind not in ("f" if level is None else "fiu")
        or value.size == 0
        or value.size > _MAX_NUMEL
    ):
        return None
    bad = ~np.isfinite(value) if level is None else _outlying(value, level)
    if not bad.any():
        return None
    nan = int(np.isnan(value).sum())
    rows = np.flatnonzero(bad.reshape(len(value), -1).any(axis=1)) if value.ndim else np.zeros(1, int)
    return nan, int(bad.sum()) - nan, tuple(int(r) for r in rows[:64])


def _outlying(value: Any, level: float) -> Any:
    """Elements of at least this size that are out of proportion in their own array too."""
    sizes = np.abs(value.astype(np.float64))
    return (sizes >= level) & (sizes >= _RATIO * np.median(sizes))
