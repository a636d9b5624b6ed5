"""Files that the program has open for writing, while a replay in place must not write to them."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import stat
from collections.abc import Generator
from typing import Any

_FILES = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom, io.FileIO)


@contextlib.contextmanager
def files_held() -> Generator[None]:
    """Files that are open for writing lead nowhere meanwhile, and are as far as they were afterwards."""
    numbers = _open_for_writing()
    files = [f for f in gc.get_objects() if type(f) in _FILES and _writable(f)] if numbers else []
    _flush(files)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    kept = {n: os.dup(n) for n in numbers}
    try:
        for n in numbers:
            os.dup2(nowhere, n)
        yield
        _flush(files)
    finally:
        for n, copy in kept.items():
            os.dup2(copy, n)
            os.close(copy)
        os.close(nowhere)


def _open_for_writing() -> list[int]:
    """Descriptors of ordinary files, the standard streams aside."""
    try:
        numbers = [int(n) for n in os.listdir("/dev/fd")]
    except OSError:  # Windows
        return []
    return [n for n in numbers if n > 2 and _is_written(n)]


def _is_written(number: int) -> bool:
    import fcntl

    try:
        writes = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
        return writes and stat.S_ISREG(os.fstat(number).st_mode)
    except OSError:  # that of the listing itself
        return False


def _writable(file: Any) -> bool:
    try:
        return not file.closed and file.writable() and stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except (OSError, ValueError, AttributeError):  # one that is detached or only half made
        return False


def _flush(files: list[Any]) -> None:
    for file in files:
        with contextlib.suppress(OSError, ValueError):
            file.flush()
