"""The lines around an expression, with the expression underlined."""

from __future__ import annotations

import json
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

from numsan.report.terminal import columns_of, harmless

_TAB = 4
_MOST_LINES = 7  # of one expression; a longer one loses its middle


@dataclass(frozen=True, slots=True)
class Row:
    """One line to print: its number (None where lines are left out), its text, and the cells to underline."""

    number: int | None
    text: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """Lines from 1, columns from 0 in characters; `end_column` is exclusive. None: the whole line."""

    line: int
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None


def read_lines(path: str) -> list[str] | None:
    """The lines of a Python file in its declared encoding, or None where it cannot be read."""
    try:
        with tokenize.open(path) as stream:
            return stream.read().split("\n")  # str.splitlines also splits at form feeds
    except (OSError, SyntaxError, ValueError):
        return None


def cell_lines(path: str, cell: int) -> list[str] | None:
    """The lines of a notebook's cell, counted from 1, or None where it cannot be read."""
    try:
        with open(path, encoding="utf-8-sig") as stream:
            source = json.load(stream)["cells"][cell - 1]["source"]
        return "".join(source).split("\n")
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def excerpt(lines: Sequence[str], span: Span, *, context: int = 2, width: int = 80) -> list[Row]:
    """Rows for the span and `context` lines around it; empty where the file has no such line.

    >>> (row,) = excerpt(["y = x.sqrt()"], Span(line=1, column=4, end_column=12))
    >>> row.text[row.start : row.end]
    'x.sqrt()'
    """
    if not 1 <= span.line <= len(lines):
        return []
    last = min(max(span.end_line or span.line, span.line), len(lines))
    numbers = range(max(1, span.line - context), min(len(lines), last + context) + 1)
    rows = [_row(lines[number - 1], number, span, last, width) for number in numbers]
    rows = _without_middle(rows, span.line, last)
    while len(rows) > 1 and not rows[-1].text and rows[-1].number != last:
        rows.pop()
    return rows


def _row(line: str, number: int, span: Span, last: int, width: int) -> Row:
    starts = _cell_starts(line)
    text = "".join(_shown(line))
    if not span.line <= number <= last:
        return _clipped(Row(number, text), width)
    indent = len(line) - len(line.lstrip())
    first = span.column if number == span.line and span.column is not None else indent
    after = span.end_column if number == last and span.end_column is not None else len(line.rstrip())
    if not first < min(after, len(line)):  # columns of another version of the file: mark the line
        first, after = indent, len(line.rstrip())
    return _clipped(Row(number, text, starts[first], starts[min(after, len(line))]), width)


def _shown(line: str) -> list[str]:
    """Each character as it is shown; a tab as spaces up to the next tab stop."""
    shown: list[str] = []
    cells = 0
    for character in line:
        piece = " " * (_TAB - cells % _TAB) if character == "\t" else harmless(character)
        shown.append(piece)
        cells += columns_of(piece)
    return shown


def _cell_starts(line: str) -> list[int]:
    """The cell at which each character begins, and the one after the last."""
    starts = [0]
    for piece in _shown(line):
        starts.append(starts[-1] + columns_of(piece))
    return starts


def _clipped(row: Row, width: int) -> Row:
    """A line wider than the screen keeps the part with the underlined expression."""
    if columns_of(row.text) <= width:
        return row
    skip = max(0, min(row.start - 8, columns_of(row.text) - width)) if row.end > width else 0
    text = cut(row.text, skip, width)
    end = min(row.end - skip, columns_of(text))
    return Row(row.number, text, max(0, row.start - skip), max(0, end))


def cut(text: str, skip: int, width: int) -> str:
    """The part of `text` from cell `skip` on that fits in `width` cells; "…" where something is left out."""
    cells, kept = 0, ""
    for character in text:
        size = columns_of(character)
        if cells >= skip and cells + size <= skip + width:
            kept += character
        cells += size
    before = "…" + kept[1:] if skip else kept
    return before[:-1] + "…" if cells > skip + width else before


def _without_middle(rows: list[Row], first: int, last: int) -> list[Row]:
    if last - first < _MOST_LINES:
        return rows
    head = [row for row in rows if row.number is not None and row.number < first + 4]
    tail = [row for row in rows if row.number is not None and row.number >= last]
    return [*head, Row(None, "⋮"), *tail]
