"""Edits that may repair a finding, the one that says most about it first. Whether one does, only a run shows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from numsan.check.edits import applied
from numsan.check.engine import matches_in
from numsan.core.finding import Finding, Link
from numsan.repair.backwards import differentiated
from numsan.repair.branches import sheltered
from numsan.repair.cleaning import cleaned
from numsan.repair.guards import Guard, guards
from numsan.repair.text import Text, parsed
from numsan.repair.training import Change, clipped, of_training
from numsan.repair.widening import finite_masks, widened, wider_autocast

_HALF = ("float16", "bfloat16")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The whole new text of one file."""

    summary: str
    file: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a run knows besides its finding: a learning rate that went well."""

    rate: float | None = None


def candidates(
    finding: Finding, read: Callable[[str], str | None], hints: Hints | None = None
) -> Iterator[Candidate]:
    """`read` gives the present text of a file by the name that findings give it. No text is offered twice."""
    seen: set[tuple[str, str]] = set()
    for candidate in _all(finding, read, hints or Hints()):
        key = candidate.file, candidate.text
        if (
            key in seen
            or candidate.text == read(candidate.file)
            or parsed(candidate.text, candidate.file) is None
        ):
            continue
        seen.add(key)
        yield candidate


def _all(finding: Finding, read: Callable[[str], str | None], hints: Hints) -> Iterator[Candidate]:
    text = _text(read, finding.file)
    if text is None or finding.line is None:
        return
    yield from _named(text, _static(finding, text))
    stepped = next((k for k in reversed(finding.chain) if k.op == "symptom"), None)
    yield from _named(text, of_training(finding, text, _line_in(stepped, text), hints.rate))
    if stepped is not None and stepped.file != text.filename and finding.code in ("NS501", "NS582"):
        loop = _text(read, stepped.file)
        if loop is not None:
            yield from _named(loop, clipped(loop, stepped.line))
    if finding.kind == "data" or finding.phase == "data":
        yield from _named(text, cleaned(text, finding.line, finding.code == "NS703"))
    if finding.code == "NS585":
        yield from _named(text, _powers(text, finding.line))
    if finding.code == "NS490":
        yield from _named(text, differentiated(text, finding.line))
        return  # an edit that is only finite would leave a wrong gradient
    if finding.code == "NS584":
        yield from _named(text, _signs(text, finding.line, finding.end_line or finding.line))
    yield from _named(text, _guarded(finding, text))
    if any(o.dtype == "float16" for o in finding.operands):
        files = [text, *filter(None, [_text(read, stepped.file if stepped is not None else None)])]
        for file in {t.filename: t for t in files}.values():
            yield from _named(file, _changes(file, list(wider_autocast(file))))
    yield from _along_the_chain(finding, text, read)


def _text(read: Callable[[str], str | None], file: str | None) -> Text | None:
    text = read(file) if file is not None else None
    return parsed(text, file) if text is not None and file is not None else None


def _line_in(link: Link | None, text: Text) -> int | None:
    return link.line if link is not None and link.file == text.filename else None


def _named(text: Text, changes: Iterator[Change]) -> Iterator[Candidate]:
    for new, says in changes:
        yield Candidate(summary=says, file=text.filename, text=new)


def _static(finding: Finding, text: Text) -> Iterator[Change]:
    """What `numsan check` would write here: for this very pattern first."""
    first, last = finding.line or 0, finding.end_line or finding.line or 0
    here = [
        m for m in matches_in(text.text, text.filename, "pedantic")
        if m.replacement is not None and m.site.line <= last and m.site.end_line >= first
    ]  # fmt: skip
    for match in sorted(here, key=lambda m: m.rule.code != finding.code):
        yield applied(text.text, [match]), match.rule.advice
    if len(here) > 1:
        yield applied(text.text, here), "; ".join(dict.fromkeys(m.rule.advice for m in here))


def _guarded(finding: Finding, text: Text) -> Iterator[Change]:
    """Guards of the blamed expression itself, then of those within and around it on its lines."""
    first, last = finding.line or 0, finding.end_line or finding.line or 0
    half = any(o.dtype in _HALF for o in finding.operands)
    exact = [n for n in text.expressions(first, last) if _placed(text, n, finding)]
    nodes = exact + [n for n in text.expressions(first, last) if n not in exact]
    wide = [g for n in nodes for g in widened(text, n)] if half else []
    narrow = [g for n in nodes for g in guards(text, n)]
    trap = list(sheltered(text, first, last))
    masks = list(finite_masks(text, text.function(first)))
    ordered = [*trap, *narrow, *masks, *wide] if finding.kind == "domain" else [*wide, *narrow, *trap, *masks]
    yield from _changes(text, ordered)
    if last == first and len(narrow) > 1:
        yield from _together(text, nodes)


def _placed(text: Text, node: ast.expr, finding: Finding) -> bool:
    site = text.site(node)
    return (site.line, site.column, site.end_line, site.end_column) == (
        finding.line, finding.column, finding.end_line, finding.end_column,
    )  # fmt: skip


def _changes(text: Text, found: list[Guard]) -> Iterator[Change]:
    for guard in found:
        yield text.replaced(*guard.edits), guard.says


def _together(text: Text, nodes: list[ast.expr]) -> Iterator[Change]:
    """The mildest guard of every operation on the line at once, as far as they do not overlap."""
    taken: list[tuple[int, int]] = []
    edits: list[tuple[ast.expr, str]] = []
    for node in nodes:
        guard = next(guards(text, node), None)
        spans = [text.span(e[0]) for e in guard.edits] if guard is not None else []
        if guard is not None and not any(a < d and c < b for a, b in spans for c, d in taken):
            taken += spans
            edits += guard.edits
    if len(edits) > 1:
        yield text.replaced(*edits), "keeps every operation of the line inside its domain"


def _powers(text: Text, line: int) -> Iterator[Change]:
    """Powers in the function that makes a learning rate: below 0 a fraction of it is NaN."""
    around = text.function(line)
    for statement in [n for n in ast.walk(around) if isinstance(n, ast.Assign | ast.Return)]:
        if "**" in text.segment(statement) or "pow" in text.segment(statement):
            yield from cleaned(text, statement.lineno, outlying=False)


def _signs(text: Text, line: int, end_line: int) -> Iterator[Change]:
    """An objective without a bound: one of its terms has the wrong sign."""
    for node in text.expressions(line, end_line):
        match node:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield _between(text, left, right, "+", "-"), "subtract that term"
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                yield _between(text, left, right, "-", "+"), "add that term"
            case _:
                continue


def _between(text: Text, left: ast.expr, right: ast.expr, old: str, new: str) -> str:
    """The file with the operator between two operands exchanged; their parentheses, no part of a node, stay."""
    end, start = text.span(left)[1], text.span(right)[0]
    return text.text[:end] + text.text[end:start].replace(old, new, 1) + text.text[start:]


def _along_the_chain(finding: Finding, text: Text, read: Callable[[str], str | None]) -> Iterator[Candidate]:
    for link in finding.chain:
        other = text if link.file == text.filename else _text(read, link.file)
        if other is None or link.op == "symptom" or (link.file, link.line) == (finding.file, finding.line):
            continue
        statement = other.statement(link.line)
        first, last = (
            (statement.lineno, statement.end_lineno or link.line) if statement else (link.line, link.line)
        )
        found = [g for n in other.expressions(first, min(last, first + 8)) for g in guards(other, n)]
        yield from _named(other, _changes(other, found))
