"""Results of earlier runs, by content: one JSON file for each version, configuration and working folder.

A cache comes with the folder it lies in, so it is data: a file that is not what this module writes is
ignored, and nothing in it is executed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import numsan
from numsan.check.result import Checked, Silenced
from numsan.check.settings import Settings
from numsan.core import restore
from numsan.core.finding import Finding

_KEPT = 8  # files in the folder: one for each configuration, persona and working folder used lately
_TEXTS = ("code", "name", "severity", "title", "cause", "file")
_COUNTS = ("line", "end_line", "column", "end_column")


@dataclass(slots=True)
class Cache:
    """What is known, and what this run has learnt."""

    file: Path
    known: dict[str, Any] = field(default_factory=dict[str, Any])
    learnt: dict[str, Any] = field(default_factory=dict[str, Any])

    def get(self, path: str, digest: str) -> Checked | None:
        """The result for this content of this path."""
        entry = self.known.get(path)
        if not isinstance(entry, list) or len(cast("list[Any]", entry)) != 2 or entry[0] != digest:
            return None
        try:
            return _checked(path, cast("list[Any]", entry)[1])
        except (TypeError, KeyError, ValueError, AttributeError):
            return None

    def put(self, digest: str, checked: Checked) -> None:
        """Keeps a result, unless it may be another one next time."""
        if not (checked.internal or checked.passing):
            plain = {k: v for k, v in asdict(checked).items() if v and k != "path"}
            self.learnt[checked.path] = [digest, plain]

    def save(self) -> None:
        """Writes the file in one move; a folder that cannot be written costs speed next time, nothing else."""
        if not self.learnt:
            return
        entries = {k: v for k, v in self.known.items() if os.path.exists(k)} | self.learnt
        with contextlib.suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            ignore = self.file.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("# made by numsan\n*\n", encoding="ascii")
            temporary = self.file.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(json.dumps(entries), encoding="ascii")
            os.replace(temporary, self.file)
            _prune(self.file.parent)


def opened(settings: Settings) -> Cache:
    """The cache of these settings, empty where there is none that can be read."""
    file = settings.root / settings.cache / f"{_key(settings)}.json"
    try:
        known: Any = json.loads(file.read_text(encoding="ascii"))
    except (OSError, ValueError, RecursionError):
        known = None
    return Cache(file, cast("dict[str, Any]", known) if isinstance(known, dict) else {})


def digest_of(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _checked(path: str, plain: dict[str, Any]) -> Checked:
    silenced = (Silenced(_finding(s["finding"]), str(s["reason"])) for s in plain.get("silenced", ()))
    note = plain.get("note")
    return Checked(
        path,
        tuple(map(_finding, plain.get("findings", ()))),
        tuple(silenced),
        tuple(map(_finding, plain.get("remarks", ()))),
        None if note is None else str(note),
        unread=plain.get("unread") is True,
    )


def _finding(plain: dict[str, Any]) -> Finding:
    """A finding, if that is what it is: what prints it relies on the types."""
    if not all(isinstance(plain[k], str) for k in _TEXTS):
        raise ValueError
    if not all(isinstance(plain[k], int | None) for k in _COUNTS):
        raise ValueError
    return restore.finding(plain)


def _key(settings: Settings) -> str:
    """Everything besides the content that a result hangs on."""
    parts = (numsan.__version__, _written(), sys.version_info[:2], os.getcwd(), settings)
    return digest_of(repr(parts).encode())


@cache
def _written() -> int:
    """When the newest of our own files was written: between two versions the rules change, too."""
    folder = Path(numsan.__file__).parent
    parts = (folder / "core", folder / "rules", folder / "check")
    return max(f.stat().st_mtime_ns for part in parts for f in part.rglob("*.py"))


def _prune(folder: Path) -> None:
    files = sorted(folder.glob("*.json"), key=lambda f: f.stat().st_mtime_ns)
    for file in files[:-_KEPT]:
        file.unlink(missing_ok=True)
