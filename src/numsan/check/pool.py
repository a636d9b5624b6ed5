"""Many files: those known from an earlier run are not looked at, the others are shared among the cores."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from numsan import rules
from numsan.check.cache import Cache, digest_of
from numsan.check.document import check_file
from numsan.check.neighbours import fingerprint
from numsan.check.result import Checked
from numsan.check.settings import Settings

if TYPE_CHECKING:
    from concurrent.futures import Future

_MANY = 40
_CHUNK = 8
_One = Callable[[str], Checked]


def check_files(paths: Sequence[str], settings: Settings, cache: Cache | None = None) -> Iterator[Checked]:
    """One result a file, in order."""
    digests = {path: _digest(path) for path in paths} if cache is not None else {}
    known = {p: c for p, d in digests.items() if cache is not None and (c := cache.get(p, d)) is not None}
    missing = [path for path in paths if path not in known]
    fresh = _all(missing, settings)
    for path in paths:
        checked = known.get(path) or next(fresh)
        if cache is not None and path not in known:
            cache.put(digests[path], checked)
        yield checked
    if cache is not None:
        cache.save()


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as stream:
            content = stream.read()
    except OSError:
        return ""
    return digest_of(content + fingerprint(content, path))


def _all(paths: Sequence[str], settings: Settings) -> Iterator[Checked]:
    if not paths:
        return
    rules.load()
    one = partial(check_file, settings=settings)
    workers = min(os.cpu_count() or 1, len(paths) // _MANY)
    if workers < 2:
        yield from map(one, paths)
    else:
        yield from _shared(paths, one, workers)


def _shared(paths: Sequence[str], one: _One, workers: int) -> Iterator[Checked]:
    from concurrent.futures import ProcessPoolExecutor  # costs more than checking one file
    from concurrent.futures.process import BrokenProcessPool

    chunks = [paths[i : i + _CHUNK] for i in range(0, len(paths), _CHUNK)]
    pool = ProcessPoolExecutor(workers, initializer=_settle)
    running: list[Future[list[Checked]]] = []
    with contextlib.suppress(BrokenProcessPool):  # a process can end while the rest is still handed out
        for chunk in chunks:
            running.append(pool.submit(_several, one, chunk))
    try:
        for chunk, future in zip_longest(chunks, running):
            try:
                yield from future.result() if future else _apart(chunk, one)
            except BrokenProcessPool:
                yield from _apart(chunk, one)
    finally:
        # without the wait the pool's thread and the end of the interpreter can both close its pipe; after an
        # interrupt there may be long files to wait for
        pool.shutdown(wait=all(future.done() for future in running), cancel_futures=True)


def _several(one: _One, paths: Sequence[str]) -> list[Checked]:
    return [one(path) for path in paths]


def _apart(paths: Sequence[str], one: _One) -> Iterator[Checked]:
    """Files among which one ended its process: each in a process of its own, so that only that one is lost."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    for path in paths:
        with ProcessPoolExecutor(1, initializer=_settle) as pool:
            try:
                yield pool.submit(one, path).result()
            except BrokenProcessPool:
                said = f"{path}: not checked, it ended the process that did"
                yield Checked(path, note=said, unread=True, passing=True)


def _settle() -> None:
    """An interrupt is the parent's business; what a file leaves has no cycles, and looking for some takes a fifth of the
    time."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(2_000_000)
