"""Which files to check: what was named, and below named folders whatever is ours and not ignored."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from numsan.check.document import SUFFIXES
from numsan.check.ignored import git_ignored
from numsan.check.settings import Settings, matches_glob

_SKIPPED = frozenset(
    ("venv", "env", "node_modules", "site-packages", "build", "dist", "__pycache__", "__pypackages__")
)


@dataclass(slots=True)
class Found:
    """Files to check, and one line about each folder that could not be read."""

    files: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])


def found(paths: Iterable[str], settings: Settings, *, force_exclude: bool = False) -> Found:
    """Each file once, in order of the paths, sorted within a folder. Links to folders are not followed.

    Excluded files are left out below named folders, and with `force_exclude` when they are named, too.

    Raises: FileNotFoundError for a path that does not exist, ValueError for one that is no file nor folder
    and for a folder that cannot be read.
    """
    result = Found()
    for path in paths:
        result.files += _named(path, settings, force_exclude, result.notes)
    result.files = list(dict.fromkeys(result.files))
    return result


def _named(path: str, settings: Settings, force: bool, notes: list[str]) -> Iterator[str]:
    if os.path.isdir(path):
        if not (force and excluded(path, settings)):
            yield from _below(path, settings, notes)
    elif os.path.isfile(path):
        if not (force and excluded(path, settings)):
            yield path
    elif os.path.lexists(path):
        raise ValueError(f"{path!r} is neither a file nor a folder")
    else:
        raise FileNotFoundError(f"{path!r} does not exist")


def _below(folder: str, settings: Settings, notes: list[str]) -> Iterator[str]:
    def note(error: OSError) -> None:
        said = f"{error.filename}: cannot be read ({error.strerror})"
        if error.filename == folder:
            raise ValueError(said)
        notes.append(said)

    ignored = git_ignored(folder) if settings.respect_gitignore else frozenset[str]()

    def left_out(*parts: str) -> bool:
        path = os.path.normpath(os.path.join(*parts))
        return path in ignored or excluded(path, settings)

    for root, folders, files in os.walk(folder, onerror=note):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _SKIPPED)
        folders[:] = [f for f in folders if not left_out(root, f)]
        for name in sorted(files):
            path = os.path.normpath(os.path.join(root, name))
            if name.endswith(SUFFIXES) and _readable_kind(path) and not left_out(path):
                yield path


def _readable_kind(path: str) -> bool:
    """A file, or a link to nowhere, which is reported; a pipe would make us wait."""
    return os.path.isfile(path) or os.path.islink(path)


def excluded(path: str, settings: Settings) -> bool:
    """Whether the settings leave this path out."""
    if not settings.exclude:
        return False
    place = settings.relative(path)
    return any(matches_glob(place, glob) for glob in settings.exclude)
