"""A time bound for one file: a linter that hangs is worse than one that leaves a file out."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeVar

SECONDS = 30.0  # of computing, whatever else the machine does

# Lowering takes a few Python frames for each level of an expression, and the parser has let no more than about
# 3,000 levels through by then. Python frames do not lie on the C stack.
_FRAMES = 12_000

T = TypeVar("T")


@contextmanager
def deep() -> Generator[None, None, None]:
    """More recursion than usual, for what comes after parsing: a sum of 800 terms is 800 levels deep."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class TooLong(BaseException):
    """Not an `Exception`, so that no handler on the way takes it for a fault of the file."""


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns; where the system has timers (not on Windows, not off the main thread), in time.

    Raises: TooLong.

    >>> within(5, lambda: 3)
    3
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return work()

    def expire(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, expire)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
