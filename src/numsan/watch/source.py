"""Which source expression is running: user frames, exact column ranges, the text of an expression."""

from __future__ import annotations

import inspect
import itertools
import linecache
import os
import site
import sys
import sysconfig
from functools import lru_cache
from types import CodeType, FrameType

from numsan.core.trace import Site

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _library_roots() -> tuple[str, ...]:
    paths = {sysconfig.get_paths()[k] for k in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {*site.getsitepackages(), site.getusersitepackages(), _PACKAGE}
    return tuple(os.path.join(os.path.realpath(p), "") for p in paths) + tuple(
        os.path.join(p, "") for p in paths
    )


_ROOTS = _library_roots()


@lru_cache(maxsize=4096)
def is_user_file(filename: str) -> bool:
    """Whether a developer of the training program edits this file (not a library, not frozen, not numsan)."""
    if filename.startswith("<"):
        return filename.startswith(("<ipython", "<stdin"))
    return not os.path.abspath(filename).startswith(_ROOTS) and not os.path.realpath(filename).startswith(
        _ROOTS
    )


def user_files() -> list[str]:
    """The program's own files, as far as they are imported."""
    paths = {str(getattr(m, "__file__", None) or "") for m in list(sys.modules.values())}
    return sorted(p for p in paths if p.endswith(".py") and is_user_file(p))


def user_frames(frame: FrameType | None) -> list[FrameType]:
    """User frames from the innermost outwards."""
    found: list[FrameType] = []
    while frame is not None:
        if is_user_file(frame.f_code.co_filename):
            found.append(frame)
        frame = frame.f_back
    return found


@lru_cache(maxsize=65536)
def _positions(code: CodeType, instruction: int) -> tuple[int | None, int | None, int | None, int | None]:
    return next(itertools.islice(code.co_positions(), instruction // 2, None), (None, None, None, None))


def shown(path: str) -> str:
    """A path relative to the working folder where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return path
    return path if relative.startswith("..") else relative


@lru_cache(maxsize=65536)
def _site(code: CodeType, instruction: int, line: int) -> Site:
    first, last, column, end_column = _positions(code, instruction)
    first, last = first or line, last or first or line
    lines = linecache.getlines(code.co_filename)
    start = _characters(lines, first, column or 0)
    if last > first and _is_header(lines, first):  # a `for` takes its items: the header says it all
        last, end_column = first, len(lines[first - 1].rstrip().encode())
    end = _characters(lines, last, end_column or 0)
    return Site(
        file=shown(code.co_filename),
        line=first,
        end_line=last,
        column=start,
        end_column=end,
        function=code.co_qualname if code.co_name != "<module>" else "",
        text=_text(lines, first, last, start, end),
    )


def _is_header(lines: list[str], line: int) -> bool:
    return 0 < line <= len(lines) and lines[line - 1].lstrip().startswith(
        ("for ", "async for ", "with ", "while ")
    )


def _characters(lines: list[str], line: int, byte: int) -> int:
    """Instruction columns are UTF-8 bytes; reports count characters."""
    if not 0 < line <= len(lines):
        return byte
    return len(lines[line - 1].encode()[:byte].decode(errors="replace"))


def _text(lines: list[str], first: int, last: int, start: int, end: int) -> str:
    part = lines[first - 1 : last]
    if not part or end == 0:
        return ""
    part = [*part[:-1], part[-1][:end]]
    part[0] = part[0][start:]
    return " ".join(p.strip() for p in part)


def site_of(frame: FrameType) -> Site:
    return _site(frame.f_code, frame.f_lasti, frame.f_lineno)


def caller_site() -> Site | None:
    """Where the user's innermost frame is now."""
    frames = user_frames(inspect.currentframe())
    return site_of(frames[0]) if frames else None
