"""`[tool.numsan]` of a TOML file as `Settings`; every mistake in it is one line that names the file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, cast

from numsan import rules
from numsan.check.settings import CACHE, Settings, unknown
from numsan.core.rule import Appetite

_KEYS = (
    "select", "extend-select", "ignore", "exclude", "persona", "per-file-ignores", "respect-gitignore",
    "cache-dir",
)  # fmt: skip


def nearest(start: Path) -> Settings:
    """Settings of the nearest `pyproject.toml` at or above `start` that has a `[tool.numsan]` table.

    Raises: ValueError with one line for a file that does not parse, an unknown key or a wrong type.
    """
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        if path.is_file() and (table := _table(path)) is not None:
            return _settings(table, path)
    return Settings()


def read(path: Path) -> Settings:
    """Settings of this file.

    Raises: ValueError as `nearest`, and for a file without the table.
    """
    table = _table(path)
    if table is None:
        raise ValueError(f"{path}: has no [tool.numsan] table")
    return _settings(table, path)


def _table(path: Path) -> dict[str, Any] | None:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ValueError(f"{path}: {reason}") from None
    tool = data.get("tool", {})
    table = cast("dict[str, Any]", tool).get("numsan") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ValueError(f"{path}: [tool.numsan] must be a table")
    return cast("dict[str, Any] | None", table)


def _settings(table: dict[str, Any], path: Path) -> Settings:
    for key in table:
        if key not in _KEYS:
            raise ValueError(f"{path}: unknown key {key!r} in [tool.numsan]; there are {', '.join(_KEYS)}")
    return Settings(
        select=_codes(table.get("select", []), "select", path),
        extend_select=_codes(table.get("extend-select", []), "extend-select", path),
        ignore=_codes(table.get("ignore", []), "ignore", path),
        exclude=_strings(table.get("exclude", []), "exclude", path),
        persona=_persona(table.get("persona", "regular"), path),
        per_file=_per_file(table.get("per-file-ignores", {}), path),
        respect_gitignore=_flag(table.get("respect-gitignore", True), "respect-gitignore", path),
        cache=_text(table.get("cache-dir", CACHE), "cache-dir", path),
        root=path.parent,
    )


def _persona(value: Any, path: Path) -> Appetite:
    if value not in ("regular", "pedantic"):
        raise ValueError(f"{path}: persona is {value!r}; it must be 'regular' or 'pedantic'")
    return value


def _per_file(value: Any, path: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError(f'{path}: per-file-ignores must be a table, such as {{"tests/*" = ["NS3"]}}')
    entries = cast("dict[str, Any]", value)
    return tuple((glob, _codes(codes, f"per-file-ignores.{glob}", path)) for glob, codes in entries.items())


def _codes(value: Any, key: str, path: Path) -> tuple[str, ...]:
    codes = _strings(value, key, path)
    if codes:
        rules.load()
    if (problem := unknown(codes)) is not None:
        raise ValueError(f"{path}: {key} lists {problem!r}, which no rule has; `numsan rules` lists them")
    return codes


def _strings(value: Any, key: str, path: Path) -> tuple[str, ...]:
    items = cast("list[Any]", value) if isinstance(value, list) else None
    if items is None or not all(isinstance(v, str) and v for v in items):
        raise ValueError(f"{path}: {key} must be a list of strings")
    return tuple(items)


def _flag(value: Any, key: str, path: Path) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{path}: {key} must be true or false")
    return value


def _text(value: Any, key: str, path: Path) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{path}: {key} must be a string")
    return value
