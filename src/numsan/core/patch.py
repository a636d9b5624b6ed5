"""A unified diff as data: which files it changes, and one file's text with its hunks applied, exactly or not at all."""

from __future__ import annotations

import re

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")
_LINE = re.compile(r"[^\n]*\n|[^\n]+$")


class NoPatch(Exception):
    """The message is the one line to print."""


def by_file(diff: str) -> dict[str, list[str]]:
    """The lines of every file's part, by the file's name.

    >>> sorted(by_file("--- a/x.py\\n+++ b/x.py\\n@@ -1 +1 @@\\n-a\\n+b\\n"))
    ['x.py']
    """
    parts: dict[str, list[str]] = {}
    name = ""
    lines = _LINE.findall(diff)
    for i, line in enumerate(lines):
        if line.startswith("--- ") and i + 1 < len(lines) and lines[i + 1].startswith("+++ "):
            continue
        if line.startswith("+++ ") and i and lines[i - 1].startswith("--- "):
            name = line[4:].strip().removeprefix("b/")
            parts[name] = []
        elif name:
            parts[name].append(line)
    return parts


def patched(text: str, hunks: list[str], name: str) -> str:
    """Raises: NoPatch where a line is not what the diff says it was.

    >>> patched("a\\nb\\n", ["@@ -2 +2 @@\\n", "-b\\n", "+c\\n"], "f.py")
    'a\\nc\\n'
    """
    old, new = _LINE.findall(text), list[str]()
    at = 0
    for line in hunks:
        head = _HUNK.match(line)
        if head is not None:
            start = int(head[1]) - (head[2] != "0")
            new += old[at:start]
            at = start
        elif line.startswith("+"):
            new.append(line[1:])
        elif line.startswith((" ", "-")):
            if at >= len(old) or old[at].rstrip("\n") != line[1:].rstrip("\n"):
                raise NoPatch(f"line {at + 1} of {name!r} is not what it was")
            if line.startswith(" "):
                new.append(old[at])
            at += 1
        elif line.startswith("\\") and new:
            new[-1] = new[-1].rstrip("\n")
    return "".join([*new, *old[at:]])
