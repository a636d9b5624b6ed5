"""What to check and what to say, whether it comes from a configuration file or from the command line."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import dataclass
from pathlib import Path

from numsan.core.rule import CATALOG, Appetite, Rule

CACHE = ".numsan_cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`select`, `extend_select` and `ignore` hold codes, prefixes (`NS1`) or names; `select` empty means all.

    Globs (`exclude`, `per_file`) are about paths relative to `root`, the folder of the configuration.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    persona: Appetite = "regular"
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    respect_gitignore: bool = True
    cache: str = CACHE
    root: Path = Path(".")

    def wants(self, rule: Rule, path: str) -> bool:
        """Whether the rule may speak about this file."""
        if self.select and not listed(rule, (*self.select, *self.extend_select)):
            return False
        if listed(rule, self.ignore):
            return False
        place = self.relative(path)
        return not any(listed(rule, codes) for glob, codes in self.per_file if matches_glob(place, glob))

    def asks_for(self, rule: Rule) -> bool:
        """Whether the rule is selected explicitly, not only because nothing was selected."""
        return listed(rule, (*self.select, *self.extend_select))

    def relative(self, path: str) -> str:
        """The path as globs see it."""
        try:
            return os.path.relpath(path, self.root)
        except ValueError:  # another drive
            return path


def matches_glob(path: str, glob: str) -> bool:
    """Whether a path, its name or one of the folders it lies in matches.

    >>> matches_glob("src/gen/a.py", "gen"), matches_glob("src/a.py", "src/*.py"), matches_glob("a.py", "b*")
    (True, True, False)
    """
    glob = glob.rstrip("/")
    parts = Path(path).parts
    folders = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    return any(fnmatch.fnmatch(p, glob) for p in (*parts, *folders))


def listed(rule: Rule, codes: tuple[str, ...]) -> bool:
    """Whether one of the codes, prefixes or names means this rule."""
    return any(rule.code.startswith(c.upper()) or rule.name == c.lower() for c in codes)


def unknown(codes: tuple[str, ...]) -> str | None:
    """The first entry that names no rule."""
    return next((c for c in codes if not any(listed(rule, (c,)) for rule in CATALOG.values())), None)
