"""Replacement text into a file: edits that never overlap, the file's own names, imports added once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from numsan.check.match import Match
from numsan.check.resolve import Names
from numsan.check.source import Source, lines_of, parsed, parses

_FUNCTIONAL = "torch.nn.functional"


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start` to `end` of a text become `text`."""

    start: int
    end: int
    text: str


def applied(text: str, matches: Iterable[Match]) -> str:
    """The text with these matches replaced, outermost first where two overlap; as it was if that does not parse.

    Raises: SyntaxError when the text does not parse to begin with.
    """
    result = replaced(text, matches)
    return result if result == text or parses(result) else text


def replaced(text: str, matches: Iterable[Match]) -> str:
    """As `applied`, without reading the result again."""
    return with_edits(text, edits_of(text, matches))


def edits_of(text: str, matches: Iterable[Match]) -> list[Edit]:
    """What `replaced` changes: one edit a match, and the import that they need."""
    matches = [m for m in matches if m.replacement is not None]
    if not matches:
        return []
    names, line = _known(text)
    edits = [edit for m in matches if (edit := edit_of(m, names)) is not None]
    if names.local("torch") is None and _uses_torch(edits):
        edits.append(_import_at(text, line))
    return edits


@lru_cache(maxsize=1)  # one file after the other is asked for the repair of each of its findings
def _known(text: str) -> tuple[Names, int]:
    """The names of a file, and how many lines stand before a new import."""
    tree = Source(text, "").tree
    return Names(tree), _import_line(tree)


def written(match: Match, text: str) -> str | None:
    """The replacement as it will stand in the file, without parentheses that it may need there."""
    return None if match.replacement is None else _own_names(match.replacement, _known(text)[0])


def edit_of(match: Match, names: Names) -> Edit | None:
    """The replacement in the file's own names; None where the match has no repair."""
    if match.replacement is None:
        return None
    text = _own_names(match.replacement, names)
    if not _stands_alone(text, match.site.text):
        text = f"({text})"
    return Edit(*match.span, text)


def with_edits(text: str, edits: Iterable[Edit]) -> str:
    """Edits from the end backwards; of two that overlap the one that starts first (and is longer) is kept."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.start, e.end > e.start, -e.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    for edit in reversed(kept):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _own_names(text: str, names: Names) -> str:
    functional = names.local(_FUNCTIONAL)
    if functional is not None:
        text = re.sub(rf"\b{re.escape(_FUNCTIONAL)}\.", f"{functional}.", text)
    torch = names.local("torch")
    return text if torch in (None, "torch") else re.sub(r"(?<![\w.])torch\.", f"{torch}.", text)


def _stands_alone(text: str, before: str) -> bool:
    """Whether the text can stand where `before` stood without parentheses."""
    try:
        node = ast.parse(text, mode="eval").body
        old = ast.parse(f"({before})", mode="eval").body
    except SyntaxError:
        return False  # `applied` refuses a text that does not parse
    if isinstance(node, ast.BinOp) and isinstance(old, ast.BinOp):
        return type(node.op) is type(old.op)
    return isinstance(node, ast.Call | ast.Name | ast.Attribute | ast.Subscript | ast.Constant)


def _uses_torch(edits: Iterable[Edit]) -> bool:
    return any(re.search(r"(?<![\w.])torch\.", e.text) for e in edits)


def with_import(text: str) -> str:
    """`import torch` after the last import at the top of the file, else after docstring and `__future__`."""
    return with_edits(text, [_import_at(text, _import_line(parsed(text)))])


def _import_line(tree: ast.Module) -> int:
    line = 0
    for i, node in enumerate(tree.body):
        docstring = i == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not (docstring or isinstance(node, ast.Import | ast.ImportFrom)):
            break
        line = node.end_lineno or node.lineno
    return line


def _import_at(text: str, line: int) -> Edit:
    """The import as a line of its own, with the line ends of the text."""
    before = lines_of(text)[:line]
    end = next((e for e in ("\r\n", "\n", "\r") if text.find(e) >= 0), "\n")
    place = sum(map(len, before))
    glue = "" if not before or before[-1].endswith(("\n", "\r")) else end
    return Edit(place, place, f"{glue}import torch{end}")
