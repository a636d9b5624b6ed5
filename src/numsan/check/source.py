"""Text of a source file by syntax node: `ast` counts columns in UTF-8 bytes, we count characters."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Protocol

from numsan.core.trace import Site

# lines as the parser counts them: str.splitlines would also split at form feeds and at U+2028
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends, as the parser counts them."""
    if "\r" in text:
        return _LINE.findall(text) or [""]
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last or not lines else [])


def parsed(text: str) -> ast.Module:
    """The tree of a text; what the parser would warn about is the business of whoever runs the file.

    Raises: SyntaxError (also for null bytes).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except ValueError as error:
        raise SyntaxError(str(error)) from None


def parses(text: str) -> bool:
    try:
        parsed(text)
    except (SyntaxError, RecursionError, MemoryError):
        return False
    return True


class Spanned(Protocol):
    """A syntax node with a full range."""

    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None


class Source:
    """One file: its text, its tree and the way from one to the other.

    Raises: SyntaxError (also for null bytes) when the text does not parse.
    """

    def __init__(self, text: str, filename: str) -> None:
        self.text, self.filename = text, filename
        self.tree = parsed(text)
        self.lines = lines_of(text)
        self._ascii = text.isascii()
        self._starts: list[int] = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))
        self._segments: dict[Spanned, str] = {}  # a name is asked for by the walk, by its call, by its leaf

    def column(self, line: int, offset: int) -> int:
        """Characters before byte `offset` of a line (1-based)."""
        if self._ascii:
            return offset
        text = self.lines[line - 1]
        return offset if text.isascii() else len(text.encode()[:offset].decode(errors="replace"))

    def offset(self, line: int, byte: int) -> int:
        """Characters before this place in the whole file."""
        return self._starts[line - 1] + (byte if self._ascii else self.column(line, byte))

    def span(self, node: Spanned) -> tuple[int, int]:
        """First and last+1 character of a node."""
        last, end = node.end_lineno or node.lineno, node.end_col_offset or 0
        if self._ascii:
            return self._starts[node.lineno - 1] + node.col_offset, self._starts[last - 1] + end
        return self.offset(node.lineno, node.col_offset), self.offset(last, end)

    def segment(self, node: Spanned) -> str:
        """The text of a node as written (a name as the parser reads it)."""
        if type(node) is ast.Name:
            return node.id
        known = self._segments.get(node)
        if known is None:
            first, last = self.span(node)
            known = self._segments[node] = self.text[first:last]
        return known

    def site(self, node: Spanned, function: str = "") -> Site:
        end_line = node.end_lineno or node.lineno
        return Site(
            file=self.filename,
            line=node.lineno,
            end_line=end_line,
            column=self.column(node.lineno, node.col_offset),
            end_column=self.column(end_line, node.end_col_offset or 0),
            function=function,
            text=self.segment(node),
        )
