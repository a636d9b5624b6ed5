"""How much a factor changes, from when on, and in which run."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from numsan.watch import hooks


@dataclass(slots=True, kw_only=True)
class Setting:
    """`now` counts optimizer steps; a change begins with step `since`. `touched` counts what was changed: a factor that
    the program never comes by shows nothing."""

    value: float = 0.0
    module: str = ""  # its path in the model
    since: int = 0
    samples: frozenset[int] = frozenset()
    now: Callable[[], int] = field(default=lambda: 0)
    batches: Any = None
    touched: int = 0

    @property
    def begun(self) -> bool:
        return self.now() >= self.since


@contextmanager
def undone(removers: Iterable[hooks.Remove]) -> Generator[None]:
    """Hooks and patches that are removed at the end."""
    kept = list(removers)
    try:
        yield
    finally:
        for remove in kept:
            remove()
