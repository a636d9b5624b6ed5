"""Comments that silence a rule: `# numsan: ignore[NS101] reason`, `# numsan: ignore`, `# noqa: NS101`.

A comment speaks about the lines of its expression, `# numsan: ignore-file[NS101]` about the file.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from numsan.check.match import Match
from numsan.check.source import lines_of
from numsan.core.rule import CATALOG, get
from numsan.core.trace import Site

_COMMENT = re.compile(
    r"#\s*numsan:\s*ignore(?P<file>-file)?(\[(?P<codes>[^\]]*)\])?[\s:–—-]*(?P<reason>[^#]*)", re.I
)
_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<codes>[A-Z]+[0-9]+([\s,]+[A-Z]+[0-9]+)*)", re.I)
_UNUSED = "unused-suppression"


@dataclass(slots=True)
class Comment:
    """One suppression: where it stands, the codes or names it lists (none: all), what it silenced."""

    line: int
    codes: frozenset[str]
    text: str = ""
    column: int = 0
    reason: str = ""
    whole_file: bool = False
    foreign: bool = False  # a `noqa`, which other tools read as well
    used: set[str] = field(default_factory=set[str])

    def speaks_of(self, match: Match) -> bool:
        lines = range(match.site.line, match.site.end_line + 1)
        return (not self.codes or bool(self._names(match))) and (self.whole_file or self.line in lines)

    def silence(self, match: Match) -> None:
        self.used |= self._names(match) or {""}

    def _names(self, match: Match) -> frozenset[str]:
        return self.codes & {match.rule.code, match.rule.name.upper()}

    @property
    def idle(self) -> tuple[str, ...]:
        """What it lists and did not silence; `("",)` for a comment without a list that silenced nothing."""
        return tuple(sorted((self.codes or frozenset(("",))) - self.used))


@dataclass(slots=True)
class Suppressions:
    """The suppression comments of one text."""

    text: str
    comments: list[Comment] = field(default_factory=list[Comment])

    def __post_init__(self) -> None:
        lowered = self.text.lower()
        if "numsan:" in lowered or "noqa" in lowered:
            self.comments = list(_comments(self.text))

    def kept(self, matches: Iterable[Match]) -> list[Match]:
        """The matches that no comment silences; comments that silence one remember it."""
        return [match for match in matches if self.silencing(match) is None]

    def silencing(self, match: Match) -> Comment | None:
        """The first comment that silences this match; every one that does so counts as used."""
        speaking = [c for c in self.comments if c.speaks_of(match)]
        for comment in speaking:
            comment.silence(match)
        return speaking[0] if speaking else None

    def unused(self, filename: str, everything: Callable[[], Iterable[Match]]) -> Iterator[Match]:
        """Own comments that silence nothing, as matches of their own rule.

        `everything` gives what all rules say at the pedantic persona. It is asked for only where `kept`
        has left a comment unused, so that settings and persona never make a comment look unused.
        """
        if not any(_doubtful(c) for c in self.comments):
            return
        self.kept(everything())
        for comment in filter(_doubtful, self.comments):
            yield _as_match(comment, self.text, filename)


def _doubtful(comment: Comment) -> bool:
    return bool(comment.idle) and not comment.foreign


def _as_match(comment: Comment, text: str, filename: str) -> Match:
    rule = get(_UNUSED)
    known = {c for r in CATALOG.values() for c in (r.code, r.name.upper())}
    unknown = tuple(c for c in comment.idle if c and c not in known)
    says = rule.bites(comment.text, comment.idle, unknown) if rule.bites else None
    site = Site(
        file=filename,
        line=comment.line,
        end_line=comment.line,
        column=comment.column,
        end_column=comment.column + len(comment.text),
        text=comment.text,
    )
    first = sum(map(len, lines_of(text)[: comment.line - 1])) + comment.column
    return Match(rule, site, (first, first + len(comment.text)), says or "")


def _comments(text: str) -> Iterator[Comment]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return
    for token in tokens:
        if token.type != tokenize.COMMENT:
            continue
        line, column = token.start
        if (own := _COMMENT.search(token.string)) is not None:
            yield Comment(
                line,
                _listed(own["codes"] or ""),
                text=own[0].strip(),
                column=column + own.start(),
                reason=own["reason"].strip(),
                whole_file=own["file"] is not None,
            )
        elif (noqa := _NOQA.search(token.string)) is not None:
            codes = frozenset(c for c in _listed(noqa["codes"]) if c.startswith("NS"))
            if codes:
                yield Comment(line, codes, text=token.string, column=column, foreign=True)


def _listed(codes: str) -> frozenset[str]:
    return frozenset(c.upper() for c in re.split(r"[\s,]+", codes) if c)
