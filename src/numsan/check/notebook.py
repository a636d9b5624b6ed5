"""Notebooks: the code cells as one Python text, its findings by cell and line, its repairs back in the cells."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from numsan.check.cells import Cell, as_json, code_cells
from numsan.check.diffs import unified
from numsan.check.edits import replaced
from numsan.check.findings import finding_of
from numsan.check.magics import Magics
from numsan.check.match import Match
from numsan.check.repair import repaired_if_sound
from numsan.check.result import Checked, Silenced
from numsan.check.run import guarded, judged
from numsan.check.settings import Settings
from numsan.check.source import lines_of, parses
from numsan.core.finding import Finding, Link

SUFFIX = ".ipynb"


@dataclass(frozen=True, slots=True)
class Notebook:
    """`python` is a `marker` and the text of each cell; `places` has cell and line of each of its lines."""

    text: str
    cells: tuple[Cell, ...]
    magics: Magics
    marker: str
    python: str
    places: tuple[tuple[int, int], ...]
    odd: tuple[int, ...]  # cells that do not parse

    def with_python(self, after: str) -> str:
        """The notebook with the cells of another Python text; only the cells that differ are written anew."""
        head, *new = after.split(self.marker)
        old = self.python.split(self.marker)[1:]
        if len(new) != len(old):
            return self.text
        if head:
            new[0] = _with_head(new[0], head, self.cells[0])
        text = self.text
        for cell, before, now in reversed(list(zip(self.cells, old, new, strict=True))):
            if now != before:
                source = self.magics.with_magics(now)
                source = source if cell.source.endswith("\n") else source.removesuffix("\n")
                text = text[: cell.start] + as_json(source, text[cell.start : cell.end]) + text[cell.end :]
        return text

    def located(self, finding: Finding) -> Finding:
        """A finding about `python` as one about the notebook."""
        cell, line = self.places[(finding.line or 1) - 1]
        _, end = self.places[(finding.end_line or finding.line or 1) - 1]
        chain = tuple(self._link(link) for link in finding.chain)
        return replace(finding, cell=cell, line=line, end_line=end, chain=chain)

    def _link(self, link: Link) -> Link:
        cell, line = self.places[link.line - 1]
        return replace(link, line=line, says=f"cell {cell}: {link.says}")


def opened(text: str) -> Notebook:
    """Raises: ValueError with a reason for what is no notebook of format 4."""
    mark = f"numsan {hashlib.blake2b(text.encode(errors='replace'), digest_size=6).hexdigest()}"
    magics, marker = Magics(mark), f"# cell {mark}\n"
    cells: list[Cell] = []
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    odd: list[int] = []
    for cell in code_cells(text):
        python = magics.without(cell.source)
        if python is None:
            odd.append(cell.number)
            continue
        part = python if python.endswith("\n") else f"{python}\n"
        cells.append(cell)
        parts.append(marker + part)
        places += ((cell.number, line) for line in range(len(lines_of(part)) + 1))
    return Notebook(text, tuple(cells), magics, marker, "".join(parts), tuple(places), tuple(odd))


def _with_head(part: str, head: str, cell: Cell) -> str:
    """What was put before everything goes to the top of the first cell, below the line of a cell magic."""
    if not cell.source.startswith("%%"):
        return head + part
    first, _, rest = part.partition("\n")
    return f"{first}\n{head}{rest}"


def check(text: str, path: str, settings: Settings) -> Checked:
    """Findings of a notebook, or a note about why there are none."""
    return guarded(path, lambda: _checked(text, path, settings))


def _checked(text: str, path: str, settings: Settings) -> Checked:
    try:
        book = opened(text)
    except ValueError as error:
        return Checked(path, note=f"{path}: {error}", unread=True)
    said = judged(book.python, path, settings)
    return Checked(
        path,
        tuple(_finding(book, m) for m in said.kept),
        tuple(Silenced(_finding(book, m), reason) for m, reason in said.silenced),
        tuple(book.located(finding_of(m)) for m in said.remarks),
        f"{path}: {_cells(book.odd)} not parse" if book.odd else None,
    )


def _cells(numbers: tuple[int, ...]) -> str:
    if len(numbers) == 1:
        return f"cell {numbers[0]} does"
    return f"cells {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} do"


def _finding(book: Notebook, match: Match) -> Finding:
    diff = None
    if match.replacement is not None:
        python = replaced(book.python, [match])
        after = book.with_python(python)
        diff = unified(book.text, after, match.site.file) if parses(python) and after != book.text else None
    return book.located(finding_of(match, diff))


def repaired(text: str, path: str, settings: Settings, *, unsafe: bool) -> str:
    """The notebook with its repairs, or as it was where anything is wrong with it."""
    try:
        book = opened(text)
        after = book.with_python(repaired_if_sound(book.python, path, settings, unsafe=unsafe))
        json.loads(after)
    except (ValueError, RecursionError):
        return text
    return after
