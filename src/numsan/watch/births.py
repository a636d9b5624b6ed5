"""Where a non-finite array of the program's data first appeared: the set-up run again, watched line by line.

Arrays made by numpy, csv parsing or torch before the first step are not in any trace of a step. A re-execution watches
the local variables (and attributes of `self`) of user code: the first line after which an array has non-finite elements
in the given rows is its birth.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any

import numpy as np
import torch

from numsan.watch.source import is_user_file, shown

_WORDS = re.compile(r"[A-Za-z_]\w*")
_MAX_NUMEL = 20_000_000
_MAX_BIRTHS = 256


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

    def __init__(self) -> None:
        self.births: list[ArrayBirth] = []
        self._known: dict[int, Any] = {}  # arrays already judged, kept alive so that ids stay theirs

    def __enter__(self) -> LineWatch:
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if not is_user_file(frame.f_code.co_filename) or len(self.births) >= _MAX_BIRTHS:
            return None
        previous = [frame.f_lineno]

        def line(frame: FrameType, event: str, _arg: Any) -> Any:
            if event in ("line", "return"):
                self._look(frame, previous[0])
                previous[0] = frame.f_lineno
            return line

        return line

    def _look(self, frame: FrameType, line: int) -> None:
        for name, value in _arrays(frame):
            if id(value) in self._known:
                continue
            self._known[id(value)] = value
            found = _judge(value)
            if found is not None:
                nan, inf, rows = found
                code = frame.f_code
                self.births.append(
                    ArrayBirth(file=shown(code.co_filename), path=code.co_filename, line=line,
                               function="" if code.co_name == "<module>" else code.co_qualname, name=name,
                               shape=tuple(value.shape), nan=nan, inf=inf, rows=rows)
                )  # fmt: skip

    def dump(self) -> list[dict[str, Any]]:
        return [asdict(b) for b in self.births]


def _arrays(frame: FrameType) -> Iterator[tuple[str, Any]]:
    for name, value in frame.f_locals.items():
        if isinstance(value, np.ndarray | torch.Tensor):
            yield name, value
        elif name == "self":
            for attribute, item in list(getattr(value, "__dict__", {}).items()):
                if isinstance(item, np.ndarray | torch.Tensor):
                    yield f"self.{attribute}", item


def _judge(value: Any) -> tuple[int, int, tuple[int, ...]] | None:
    if isinstance(value, torch.Tensor):
        if value.layout is not torch.strided or not value.is_floating_point() or value.numel() > _MAX_NUMEL:
            return None
        value = value.detach().cpu().float().numpy()
    if value.dtype.kind != "f" or value.size == 0 or value.size > _MAX_NUMEL:
        return None
    bad = ~np.isfinite(value)
    if not bad.any():
        return None
    nan = int(np.isnan(value).sum())
    rows = np.flatnonzero(bad.reshape(len(value), -1).any(axis=1)) if value.ndim else np.zeros(1, int)
    return nan, int(bad.sum()) - nan, tuple(int(r) for r in rows[:64])
