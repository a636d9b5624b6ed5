"""One source file that is about to be edited: a node replaced, a line put in before or after a statement."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

from numsan.check.edits import with_import
from numsan.check.resolve import Names
from numsan.check.source import Source

Node = ast.expr | ast.stmt
Kind = TypeVar("Kind", bound=ast.stmt)
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


class Text(Source):
    """A parsed file. Raises: SyntaxError when the text does not parse."""

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def names(self) -> Names:
        return Names(self.tree)

    def expressions(self, line: int, end_line: int | None = None) -> Iterator[ast.expr]:
        """Those that lie within these lines, outermost first."""
        for node in self.nodes:
            if (
                isinstance(node, ast.expr)
                and line <= node.lineno
                and (node.end_lineno or 0) <= (end_line or line)
            ):
                yield node

    def innermost(self, line: int, *kinds: type[Kind]) -> Kind | None:
        """The innermost node of these kinds that holds the line."""
        holding = [n for n in self.nodes if isinstance(n, kinds) and n.lineno <= line <= (n.end_lineno or 0)]
        return max(holding, key=lambda n: (n.lineno, -(n.end_lineno or 0)), default=None)

    def statement(self, line: int) -> ast.stmt | None:
        return self.innermost(line, ast.stmt)

    def function(self, line: int) -> Function:
        """The innermost function that holds the line, else the module."""
        return self.innermost(line, ast.FunctionDef, ast.AsyncFunctionDef) or self.tree

    def atom(self, node: ast.expr) -> str:
        """The text of a node, in parentheses unless it binds as strongly as a call."""
        whole = self.segment(node)
        return (
            whole if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript) else f"({whole})"
        )

    def replaced(self, *edits: tuple[Node, str]) -> str:
        """The file with these nodes, none within another, written anew; `torch` imported if it was not."""
        text = self.text
        for node, new in sorted(edits, key=lambda e: self.span(e[0]), reverse=True):
            start, end = self.span(node)
            text = text[:start] + new + text[end:]
        missing = any(re.search(r"(?<![\w.])torch\.", new) for _, new in edits) and not self.names.local(
            "torch"
        )
        return with_import(text) if missing else text

    def with_lines(self, statement: ast.stmt, new: str, *, before: bool = False) -> str | None:
        """The file with `new` (unindented) around a statement, None where that shares its lines with others."""
        start, end = self.span(statement)
        first = self.offset(statement.lineno, 0)
        rest = re.match(r"[ \t]*(#[^\n]*)?(\r?\n|$)", self.text[end:])
        indent = self.text[first:start]
        if indent.strip() or rest is None:
            return None  # `if x: y()`, or `a; b`
        newline = rest[2] or "\n"
        block = "".join(f"{indent}{line}{newline}" for line in new.splitlines())
        if before:
            return self.text[:first] + block + self.text[first:]
        at = end + rest.end()
        return self.text[:at] + ("" if rest[2] else newline) + block + self.text[at:]


def parsed(text: str, file: str) -> Text | None:
    try:
        return Text(text, file)
    except (SyntaxError, RecursionError):
        return None


def read(path: str) -> str | None:
    """A source file in its own encoding, None where it cannot be read."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None
