"""Findings in the words of the Language Server Protocol, as plain values: ranges, edits, texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from numsan.core.finding import Finding
from numsan.core.rule import get
from numsan.report.replacements import replacements
from numsan.report.rule_page import page

Place = tuple[int, int]  # line and column, both from 0, the column in the client's units
Lines = Sequence[str]

# how many units of each encoding the client may have agreed on a text has
UNITS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode(errors="surrogatepass")),
    "utf-16": lambda text: len(text.encode("utf-16-le", errors="surrogatepass")) // 2,
    "utf-32": len,
}


@dataclass(frozen=True, slots=True)
class Range:
    start: Place
    end: Place

    def touches(self, other: Range) -> bool:
        """Whether they share a place; the end of one may be the start of the other."""
        return self.start <= other.end and other.start <= self.end


@dataclass(frozen=True, slots=True)
class TextEdit:
    range: Range
    text: str


def range_of(finding: Finding, lines: Lines, encoding: str = "utf-16") -> Range:
    """Where a finding stands.

    >>> from numsan.core.finding import Finding
    >>> f = Finding(code="c", name="n", kind="domain", severity="info", confidence="likely", title="t",
    ...             cause="c", file="f", line=1, end_line=1, column=2, end_column=3)
    >>> range_of(f, ["\\U0001f600 x"]), range_of(f, ["\\U0001f600 x"], "utf-32")
    (Range(start=(0, 3), end=(0, 4)), Range(start=(0, 2), end=(0, 3)))
    """
    first = (finding.line or 1) - 1
    last = (finding.end_line or finding.line or 1) - 1
    start = _place(lines, first, finding.column or 0, encoding)
    return Range(start, _place(lines, last, finding.end_column or 0, encoding))


def edits_of(finding: Finding, lines: Lines, encoding: str = "utf-16") -> list[TextEdit]:
    """The repair, empty where there is none."""
    diff = finding.fix.diff if finding.fix is not None else None
    return [
        TextEdit(
            Range(
                _place(lines, r.line - 1, r.column - 1, encoding),
                _place(lines, r.end_line - 1, r.end_column - 1, encoding),
            ),
            r.text,
        )
        for r in replacements(diff or "")
    ]


def _place(lines: Lines, line: int, column: int, encoding: str) -> Place:
    text = lines[line] if line < len(lines) else ""
    return line, UNITS[encoding](text[:column])


def message(finding: Finding) -> str:
    """What is wrong and what to write instead."""
    return finding.cause if finding.fix is None else f"{finding.cause}\n{finding.fix.summary}"


def hover(finding: Finding) -> str:
    """The finding and the page of its rule as Markdown."""
    return f"{finding.cause}\n\n---\n\n{page(get(finding.code))}"
