"""Which files to check: what was named, and below named folders every `.py` that is not somebody else's."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from numsan.check.settings import matches_glob

_SKIPPED = frozenset(
    ("venv", "env", "node_modules", "site-packages", "build", "dist", "__pycache__", "__pypackages__")
)


def python_files(paths: Iterable[str], exclude: Iterable[str] = ()) -> Iterator[str]:
    """Each file once, in order of the paths, sorted within a folder. Links to folders are not followed.

    Raises: FileNotFoundError for a path that does not exist, PermissionError for an unreadable folder.
    """
    excluded = tuple(exclude)
    seen: set[str] = set()
    for path in paths:
        for file in [path] if os.path.isfile(path) else _below(path, excluded):
            if file not in seen:
                seen.add(file)
                yield file


def _below(folder: str, exclude: tuple[str, ...]) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise error

    if not os.path.exists(folder):
        raise FileNotFoundError(f"{folder!r} does not exist")
    ignored = list(_git_ignored(folder))
    for root, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _SKIPPED)
        folders[:] = [f for f in folders if not _excluded(os.path.join(root, f), folder, exclude, ignored)]
        for name in sorted(files):
            path = os.path.normpath(os.path.join(root, name))
            if name.endswith(".py") and not _excluded(path, folder, exclude, ignored):
                yield path


def _excluded(path: str, folder: str, exclude: tuple[str, ...], ignored: list[str]) -> bool:
    relative = os.path.relpath(path, folder)
    return any(matches_glob(relative, glob) for glob in (*exclude, *ignored))


def _git_ignored(folder: str) -> Iterator[str]:
    """Plain patterns of the folder's own `.gitignore`; negations and anchors are left to git."""
    path = Path(folder) / ".gitignore"
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        pattern = line.strip().strip("/")
        if pattern and not pattern.startswith(("#", "!")):
            yield pattern
