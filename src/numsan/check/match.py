"""What the engine finds and the editor repairs."""

from __future__ import annotations

from dataclasses import dataclass

from numsan.core.finding import Kind, Link
from numsan.core.rule import Rule
from numsan.core.trace import Site


@dataclass(frozen=True, slots=True)
class Match:
    """A rule at a place of a file. `replacement` is text for `site`'s expression, where there is a repair."""

    rule: Rule
    site: Site
    span: tuple[int, int]
    says: str = ""
    replacement: str | None = None
    operation: str | None = None
    chain: tuple[Link, ...] = ()
    kind: Kind | None = None  # where it is not that of the rule
