"""Everything that is on while one step is replayed, and nothing of it otherwise."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from numsan.watch import hooks
from numsan.watch.applied import Applied
from numsan.watch.recorder import Recorder
from numsan.watch.returns import Returns


class Tracing:
    """Operations, module paths, returned numbers and custom functions of a step, between `__enter__` and `__exit__`."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.returns = Returns()
        self.applied = Applied()
        self._stack = ExitStack()

    def __enter__(self) -> Tracing:
        self._stack.enter_context(hooks.eager_stance())
        self._stack.enter_context(self.recorder.modules)
        self._stack.enter_context(self.applied)
        self._stack.enter_context(self.returns)
        self._stack.enter_context(self.recorder)
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)
