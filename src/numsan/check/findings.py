"""Matches of a file as findings, each with the diff of its own repair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from numsan.check.diffs import diff_of
from numsan.check.edits import edits_of, replaced, with_edits
from numsan.check.match import Match
from numsan.check.source import parses
from numsan.core.finding import Finding, Fix

_APART = 20  # repairs of one file that are tried one by one: each costs reading the whole file


def findings_of(matches: Sequence[Match], text: str) -> list[Finding]:
    """One finding a match, in the same order.

    Raises: SyntaxError when the text does not parse.
    """
    return [finding_of(m, diff) for m, diff in zip(matches, _diffs(matches, text), strict=True)]


def _diffs(matches: Sequence[Match], text: str) -> Iterable[str | None]:
    """Where a file parses with all repairs together, it parses with each of them."""
    together = replaced(text, matches)
    sound = together != text and parses(together)
    tried = 0
    for match in matches:
        tried += match.replacement is not None
        if match.replacement is None or not (sound or tried <= _APART):
            yield None
            continue
        edits = edits_of(text, [match])
        fits = sound or parses(with_edits(text, edits))
        yield (diff_of(text, edits, match.site.file) or None) if fits else None


def finding_of(match: Match, diff: str | None = None) -> Finding:
    """A match as everything else sees it."""
    rule, site = match.rule, match.site
    return Finding(
        code=rule.code,
        name=rule.name,
        kind=match.kind or rule.kind,
        severity=rule.severity,
        confidence="likely" if match.replacement is not None else "suspect",
        title=rule.title,
        cause=match.says or f"`{' '.join(site.text.split())}`: {rule.title}",
        file=site.file,
        line=site.line,
        end_line=site.end_line,
        column=site.column,
        end_column=site.end_column,
        function=site.function or None,
        phase=rule.phase,
        op=match.operation,
        chain=match.chain,
        fix=Fix(summary=rule.advice, diff=diff),
    )
