"""A unified diff as replaced regions, for formats that do not know diffs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+")


@dataclass(frozen=True, slots=True)
class Replacement:
    """From (line, column) to (end_line, end_column), both from 1, end exclusive, stands `text` instead."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


def replacements(diff: str) -> Iterator[Replacement]:
    r"""What a diff of one file changes, by whole lines.

    >>> list(replacements("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"))
    [Replacement(line=2, column=1, end_line=2, end_column=2, text='c')]
    """
    at, old, new = 0, list[str](), list[str]()
    for line in diff.split("\n")[2:]:
        if line[:1] in ("-", "+"):
            (old if line[0] == "-" else new).append(line[1:])
            continue
        if (old or new) and not line.startswith("\\"):
            yield _replacement(at, old, new)
            at, old, new = at + len(old), [], []
        if (hunk := _HUNK.match(line)) is not None:
            at = int(hunk[1])
        elif line.startswith(" "):
            at += 1


def _replacement(at: int, old: list[str], new: list[str]) -> Replacement:
    if not old:
        return Replacement(at, 1, at, 1, "".join(f"{line}\n" for line in new))
    if not new:
        return Replacement(at, 1, at + len(old), 1, "")
    last = old[-1].removesuffix("\r")
    return Replacement(at, 1, at + len(old) - 1, len(last) + 1, "\n".join(new).removesuffix("\r"))
