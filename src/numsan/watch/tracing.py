"""Everything that is on while one step is replayed, and nothing of it otherwise."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import torch

from numsan.watch import hooks
from numsan.watch.applied import Applied
from numsan.watch.recorder import Recorder, Value
from numsan.watch.returns import Returns
from numsan.watch.trips import all_finite


class Tracing:
    """Operations, module paths, returned numbers and custom functions of a step, between `__enter__` and `__exit__`.

    At the end, while the tensors of the step are still there, `target` becomes the failing quantity: the loss if it is
    not finite, else the first gradient of `params` that is not.
    """

    def __init__(self, params: list[torch.Tensor]) -> None:
        self.recorder = Recorder()
        self.returns = Returns()
        self.applied = Applied()
        self.params = params
        self.losses: list[Value] = []
        self.target: Value | None = None
        self.finite = True
        self._stack = ExitStack()

    def __enter__(self) -> Tracing:
        self._stack.enter_context(hooks.eager_stance())
        self._stack.enter_context(self.recorder.modules)
        self._stack.enter_context(self.applied)
        self._stack.callback(hooks.patch(torch.autograd, "backward", self._wrap_backward))
        self._stack.enter_context(self.returns)
        self._stack.enter_context(self.recorder)
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)
        self._settle()

    def _wrap_backward(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
            first: Any = next(iter(hooks.tree_leaves(tensors)), None)
            if isinstance(first, torch.Tensor):
                self.losses.append(self.recorder.value_of(first))
            return original(tensors, *args, **kwargs)

        return backward

    def _settle(self) -> None:
        bad = next((v for v in self.losses if not v.stats.finite), None)
        if bad is not None:
            self.aim(bad)
            return
        for p in self.params:
            if p.grad is not None and not all_finite(p.grad):
                self.aim(self.recorder.value_of(p.grad))
                return

    def aim(self, target: Value) -> None:
        self.target, self.finite = target, False
