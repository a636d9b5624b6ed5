"""Edits and versions of a file as unified diffs."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate

from numsan.check.edits import Edit, with_edits

_LINE = re.compile(r"[^\n]*\n|[^\n]+$")
_NO_END = "\\ No newline at end of file"
_CONTEXT = 3


def unified(before: str, after: str, path: str) -> str:
    """A unified diff of two versions of a file.

    >>> print(unified("a\\nb\\n", "a\\nc\\n", "f.py"), end="")
    --- a/f.py
    +++ b/f.py
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    old, new = _LINE.findall(before), _LINE.findall(after)
    head = _first_difference(old, new)
    tail = _first_difference(old[:head:-1], new[:head:-1])
    first, last = max(0, head - _CONTEXT), max(head, len(old) - tail + _CONTEXT)
    hunks = list(_hunks(old[first:last], new[first : last + len(new) - len(old)], first, first))
    return "".join([*_header(path), *hunks] if hunks else [])


def _first_difference(old: list[str], new: list[str]) -> int:
    shorter = min(len(old), len(new))
    return next((i for i in range(shorter) if old[i] != new[i]), shorter)


def diff_of(text: str, edits: Iterable[Edit], path: str) -> str:
    """As `unified` of the text before and after the edits, reading only the lines around them.

    >>> print(diff_of("a\\nb\\n", [Edit(2, 3, "c")], "f.py"), end="")
    --- a/f.py
    +++ b/f.py
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    lines, starts = _lines(text)
    hunks: list[str] = []
    grown = 0
    for first, last, inside in _windows(edits, starts, len(lines)):
        begin = starts[first]
        old = lines[first:last]
        new = _LINE.findall(
            with_edits("".join(old), [Edit(e.start - begin, e.end - begin, e.text) for e in inside])
        )
        hunks += _hunks(old, new, first, first + grown)
        grown += len(new) - len(old)
    return "".join([*_header(path), *hunks] if hunks else [])


def _windows(edits: Iterable[Edit], starts: list[int], count: int) -> Iterator[tuple[int, int, list[Edit]]]:
    """Edits by the lines around them that one hunk would show."""
    first, last, inside = 0, 0, list[Edit]()
    for edit in sorted(edits, key=lambda e: (e.start, -e.end)):
        top = max(0, bisect_right(starts, edit.start, hi=count) - 1 - _CONTEXT)
        bottom = min(count, bisect_right(starts, edit.end, hi=count) + _CONTEXT)
        if inside and top > last:
            yield first, last, inside
            inside = []
        first, last = (first, max(last, bottom)) if inside else (top, bottom)
        inside.append(edit)
    if inside:
        yield first, last, inside


def _hunks(old: list[str], new: list[str], first: int, first_after: int) -> Iterator[str]:
    """The hunks of two parts of a file that begin so many lines down."""
    for line in list(difflib.unified_diff(old, new, n=_CONTEXT))[2:]:
        line = _shifted(line, first, first_after) if line.startswith("@@") else line
        yield line if line.endswith("\n") else f"{line}\n{_NO_END}\n"


def _shifted(header: str, old: int, new: int) -> str:
    by = {"-": old, "+": new}
    return re.sub(r"([-+])(\d+)", lambda m: f"{m[1]}{int(m[2]) + by[m[1]]}", header)


def _header(path: str) -> tuple[str, str]:
    return f"--- a/{path}\n", f"+++ b/{path}\n"


@lru_cache(maxsize=1)  # one file after the other is asked for the diff of each of its findings
def _lines(text: str) -> tuple[list[str], list[int]]:
    lines = _LINE.findall(text)
    return lines, [0, *accumulate(map(len, lines))]
