"""Comments that silence a rule: `# numsan: ignore[NS101] reason`, `# numsan: ignore`, `# noqa: NS101`.

A comment speaks about the lines of its expression, `# numsan: ignore-file[NS101]` about the file.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, field

from numsan.check.match import Match

_COMMENT = re.compile(r"#\s*numsan:\s*ignore(?P<file>-file)?(\[(?P<codes>[^\]]*)\])?", re.I)
_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<codes>[A-Z0-9, ]+)", re.I)


@dataclass(slots=True)
class Comment:
    """One suppression: its line, the codes or names it lists (none: all), whether it silenced anything."""

    line: int
    codes: frozenset[str]
    whole_file: bool = False
    foreign: bool = False  # a `noqa`, which other tools read as well
    used: bool = False

    def speaks_of(self, match: Match) -> bool:
        lines = range(match.site.line, match.site.end_line + 1)
        named = not self.codes or bool({match.rule.code, match.rule.name.upper()} & self.codes)
        return named and (self.whole_file or self.line in lines)


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
        """The matches that no comment silences; comments that silence one are marked as used."""
        kept: list[Match] = []
        for match in matches:
            silencing = [c for c in self.comments if c.speaks_of(match)]
            for comment in silencing:
                comment.used = True
            if not silencing:
                kept.append(match)
        return kept

    def unused(self) -> list[Comment]:
        """Own comments that silenced nothing; ask after `kept`."""
        return [c for c in self.comments if not c.used and not c.foreign]


def _comments(text: str) -> Iterable[Comment]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return
    for token in tokens:
        if token.type != tokenize.COMMENT:
            continue
        if (own := _COMMENT.search(token.string)) is not None:
            codes = _listed(own["codes"] or "")
            yield Comment(token.start[0], codes, whole_file=own["file"] is not None)
        elif (noqa := _NOQA.search(token.string)) is not None:
            codes = frozenset(c for c in _listed(noqa["codes"]) if c.startswith("NS"))
            if codes:
                yield Comment(token.start[0], codes, foreign=True)


def _listed(codes: str) -> frozenset[str]:
    return frozenset(c.strip().upper() for c in codes.split(",") if c.strip())
