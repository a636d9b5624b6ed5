"""What to check and what to say: `[tool.numsan]` of pyproject.toml, overruled by the command line."""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from numsan.core.rule import CATALOG, Appetite, Rule

_KEYS = ("select", "ignore", "extend-select", "exclude", "persona", "per-file-ignores")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`select` and `ignore` hold codes, prefixes (`NS1`) or names; `select` empty means all."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    persona: Appetite = "regular"
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    root: Path = Path(".")

    def wants(self, rule: Rule, path: str) -> bool:
        """Whether the rule may speak about this file."""
        if self.select and not _listed(rule, self.select):
            return False
        if _listed(rule, self.ignore):
            return False
        return not any(_listed(rule, codes) for glob, codes in self.per_file if matches_glob(path, glob))


def matches_glob(path: str, glob: str) -> bool:
    """Whether a path, its name or one of the folders it lies in matches."""
    parts = Path(path).parts
    return fnmatch.fnmatch(path, glob) or any(fnmatch.fnmatch(p, glob.rstrip("/")) for p in parts)


def _listed(rule: Rule, codes: tuple[str, ...]) -> bool:
    return any(rule.code.startswith(c.upper()) or rule.name == c.lower() for c in codes)


def read(start: Path) -> Settings:
    """Settings of the nearest `pyproject.toml` at or above `start` that has a `[tool.numsan]` table.

    Raises: ValueError with one line for a file that does not parse, an unknown key or a wrong type.
    """
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        if not path.is_file():
            continue
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise ValueError(f"{path}: {error}") from None
        table = data.get("tool", {}).get("numsan")
        if table is not None:
            return _settings(table, path)
    return Settings()


def _settings(table: Any, path: Path) -> Settings:
    if not isinstance(table, dict):
        raise ValueError(f"{path}: [tool.numsan] must be a table")
    entries = cast("dict[str, Any]", table)
    for key in entries:
        if key not in _KEYS:
            raise ValueError(f"{path}: unknown key {key!r} in [tool.numsan]; there are {', '.join(_KEYS)}")
    persona = entries.get("persona", "regular")
    if persona not in ("regular", "pedantic"):
        raise ValueError(f"{path}: {persona=} must be 'regular' or 'pedantic'")
    per_file = cast("dict[str, Any]", entries.get("per-file-ignores", {}))
    selected = _codes(entries, "select", path)
    return Settings(
        select=(*selected, *_codes(entries, "extend-select", path)) if selected else (),
        ignore=_codes(entries, "ignore", path),
        exclude=_strings(entries.get("exclude", []), "exclude", path),
        persona=persona,
        per_file=tuple((glob, _strings(codes, "per-file-ignores", path)) for glob, codes in per_file.items()),
        root=path.parent,
    )


def _codes(entries: dict[str, Any], key: str, path: Path) -> tuple[str, ...]:
    codes = _strings(entries.get(key, []), key, path)
    if (problem := unknown(codes)) is not None:
        raise ValueError(f"{path}: {key} lists {problem!r}, which no rule has")
    return codes


def unknown(codes: tuple[str, ...]) -> str | None:
    """The first entry that names no rule."""
    return next((c for c in codes if not any(_listed(rule, (c,)) for rule in CATALOG.values())), None)


def _strings(value: Any, key: str, path: Path) -> tuple[str, ...]:
    items = cast("list[Any]", value) if isinstance(value, list) else None
    if items is None or not all(isinstance(v, str) for v in items):
        raise ValueError(f"{path}: {key} must be a list of strings")
    return tuple(items)
