"""What generated code calls: the value of the interrupted call, recorded items, contexts entered again."""

from __future__ import annotations

import contextlib
import copy
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from numsan.watch.rewind.reach import is_library


class StopReplay(BaseException):
    """Raised where the replayed step arrives at the point that failed; no handler for `Exception` sees it."""


class Runtime:
    """One for each resumed activation."""

    Stop = StopReplay

    def __init__(
        self, result: Any, items: dict[int, list[Any]], ended: Callable[[], bool],
        onward: Callable[[int], Iterator[Any]] | None = None,
    ) -> None:  # fmt: skip
        self.result = result
        self._items, self._ended, self._onward = items, ended, onward
        self._begun, self._first = set[int](), set[int]()

    @property
    def stopped(self) -> bool:
        return self._ended()

    def items(self, loop: int) -> Iterator[Any]:
        """First this object itself, which means the iteration that was running; then what was recorded."""
        yield self
        for item in self._items.get(loop, ()):
            yield item() if isinstance(item, Draw) else item
        if self._onward is not None:
            yield from self._onward(loop)

    def resuming(self, loop: int) -> bool:
        """True once: a `while` loop goes through the rest of its iteration before it tests again."""
        if loop in self._begun:
            return False
        self._begun.add(loop)
        self._first.add(loop)
        return True

    def first(self, loop: int) -> bool:
        if loop not in self._first:
            return False
        self._first.discard(loop)
        return True

    def context(self, subject: Callable[[], Any], make: Callable[[], Any], bound: bool) -> Any:
        """Enters again what is known to touch torch's state only; a file or a lock stays as it is."""
        what = subject()
        home = str(getattr(what, "__module__", "") or "")  # an instance answers for its class
        if home.startswith("torch.") and "profil" not in home and "tensorboard" not in home:
            return copy.copy(make())
        if home.startswith("torch") and callable(what):
            return make()
        if not bound and inspect.isroutine(what) and hasattr(what, "__wrapped__") and not is_library(home):
            return make()
        return contextlib.nullcontext()


class Draw:
    """An item that has to be drawn again at its time, because drawing it moves random states. `number` is that of
    `enumerate`; `iterator` is a loader's, None for a copy of a generator."""

    def __init__(self, draw: Callable[[], Any], number: Any, iterator: Iterator[Any] | None = None) -> None:
        self._draw, self.number, self.iterator = draw, number, iterator

    def __call__(self) -> Any:
        return self._draw()
