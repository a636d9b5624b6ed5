"""A program that is run again writes nothing that lasts: its files go to a folder of its own, where it finds them again.

A re-execution, and still more a trial of a repair, would overwrite the checkpoints and logs of the run that matters.
Python's own ways to the disk are led into a shadow of the file system; what a program writes by other ways (sqlite,
HDF5 and such libraries, other processes) is not seen here.
"""

from __future__ import annotations

import builtins
import contextlib
import errno
import functools
import io
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Generator
from typing import Any

import torch

_READERS = ("stat", "lstat", "access", "listdir", "scandir", "readlink")
_WRITERS = ("mkdir", "truncate", "utime", "chmod")
Call = Callable[..., Any]
Undo = Callable[[], None]
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Shadow:
    """Where a path really is: below `root` once it was written, nowhere once it was removed."""

    def __init__(self, root: str) -> None:
        self.root, self.home, self.temporary = root, os.getcwd(), os.path.realpath(tempfile.gettempdir())
        self.gone: set[str] = set()

    def read(self, path: Any) -> Any:
        """The path to read in the place of this one."""
        full = self.full(path)
        if full is None:
            return path
        if full in self.gone:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        shadow = self.root + full
        return shadow if _lexists(shadow) else path

    def write(self, path: Any, keep: bool = True) -> Any:
        """The path to write in the place of this one; with what the file held, if that is to be kept."""
        full = self.full(path)
        if full is None:
            return path
        shadow = self.root + full
        if not _lexists(shadow):
            folder = os.path.dirname(full)
            if not (_isdir(folder) or _isdir(self.root + folder)):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            _makedirs(os.path.dirname(shadow))
            if keep and _isfile(full) and full not in self.gone:
                _copy(full, shadow)
        self.gone.discard(full)
        return shadow

    def remove(self, path: Any, original: Callable[..., Any]) -> None:
        full = self.full(path)
        if full is None:
            original(path)
            return
        if not _lexists(self.read(path)):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        if _lexists(self.root + full):
            original(self.root + full)
        self.gone.add(full)

    def full(self, path: Any) -> str | None:
        """None for what is left alone: descriptors, devices, temporary files, our own folder."""
        if not isinstance(path, str | os.PathLike):
            return None
        full = os.path.abspath(os.fspath(path))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        if not isinstance(full, str) or full.startswith(("/dev/", "/proc/", "/sys/", self.root)):
            return None
        return None if _below(full, self.temporary) and not _below(full, self.home) else full


_raw = {
    name: getattr(os, name) for name in ("stat", "lstat", "mkdir", "unlink", "rename", "open", "readlink")
}


def _lexists(path: Any) -> bool:
    try:
        _raw["lstat"](path)
    except (OSError, ValueError):
        return False
    return True


def _isdir(path: str) -> bool:
    try:
        return stat.S_ISDIR(_raw["stat"](path).st_mode)
    except (OSError, ValueError):
        return False


def _isfile(path: str) -> bool:
    return _lexists(path) and not _isdir(path)


def _folder(descriptor: int) -> str:
    """The path of an open directory; the root, where the system does not tell."""
    try:
        return _raw["readlink"](f"/proc/self/fd/{descriptor}")
    except OSError:
        return os.sep


def _makedirs(path: str) -> None:
    if not _isdir(path):
        _makedirs(os.path.dirname(path))
        _raw["mkdir"](path)


_open = io.open


def _copy(source: str, target: str) -> None:
    with _open(source, "rb") as a, _open(target, "wb") as b:
        shutil.copyfileobj(a, b)


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def install(folder: str) -> Undo:
    """From now on, with what is written in `folder`; the result puts everything back."""
    if not folder:
        raise ValueError("no folder to write to: the program would write to its own files")
    shadow = Shadow(folder)
    patches: list[tuple[Any, str, Any]] = [
        *((os, name, _around(getattr(os, name), shadow.read)) for name in _READERS),
        *((os, name, _around(getattr(os, name), shadow.write)) for name in _WRITERS),
        *((os, name, _removing(shadow, getattr(os, name))) for name in ("remove", "unlink", "rmdir")),
        *((os, name, _moving(shadow, getattr(os, name))) for name in ("rename", "replace")),
        (os, "open", _opening_low(shadow, os.open)),
        (builtins, "open", _opening(shadow)),
        (io, "open", _opening(shadow)),
        (torch, "save", _saving(shadow, torch.save)),
        (torch, "load", _around(torch.load, shadow.read)),
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in patches]
    for owner, name, replacement in patches:
        setattr(owner, name, replacement)

    def undo() -> None:
        for owner, name, original in before:
            setattr(owner, name, original)

    return undo


@contextlib.contextmanager
def shadowed() -> Generator[None]:
    folder = tempfile.mkdtemp(prefix="numsan-")
    undo = install(folder)
    try:
        yield
    finally:
        undo()
        shutil.rmtree(folder, ignore_errors=True)


def _around(original: Call, translate: Callable[[Any], Any]) -> Call:
    @functools.wraps(original)
    def call(path: Any = ".", *args: Any, **kwargs: Any) -> Any:
        return original(translate(path) if kwargs.get("dir_fd") is None else path, *args, **kwargs)

    return call


def _removing(shadow: Shadow, original: Call) -> Call:
    @functools.wraps(original)
    def remove(path: Any, **kwargs: Any) -> None:
        folder = kwargs.get("dir_fd")
        if folder is None:
            shadow.remove(path, original)
        elif shadow.full(os.path.join(_folder(folder), os.fsdecode(path))) is None:
            original(path, **kwargs)
        # else what rmtree does in a folder that was not ours to remove

    return remove


def _moving(shadow: Shadow, original: Call) -> Call:
    @functools.wraps(original)
    def move(source: Any, target: Any, **kwargs: Any) -> None:
        here = shadow.write(source)
        original(here, shadow.write(target, keep=False), **kwargs)
        if here != source:
            full = shadow.full(source)
            if full is not None:
                shadow.gone.add(full)

    return move


def _opening(shadow: Shadow) -> Call:
    @functools.wraps(_open)
    def opened(file: Any, mode: Any = "r", *args: Any, **kwargs: Any) -> Any:
        writing = isinstance(mode, str) and any(c in mode for c in "wax+")
        path = shadow.write(file, keep="w" not in str(mode)) if writing else shadow.read(file)
        return _open(path, mode, *args, **kwargs)

    return opened


def _opening_low(shadow: Shadow, original: Call) -> Call:
    @functools.wraps(original)
    def opened(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        if kwargs.get("dir_fd") is None:
            path = shadow.write(path) if flags & _WRITES else shadow.read(path)
        return original(path, flags, *args, **kwargs)

    return opened


def _saving(shadow: Shadow, original: Call) -> Call:
    """`torch.save` reaches the disk below Python."""

    @functools.wraps(original)
    def saved(obj: Any, f: Any, *args: Any, **kwargs: Any) -> None:
        original(obj, shadow.write(f, keep=False), *args, **kwargs)

    return saved
