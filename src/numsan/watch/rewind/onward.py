"""A replay that does not stop at the step that failed: how far it comes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Literal

import torch

from numsan.watch import hooks
from numsan.watch.rewind.observe import Watching
from numsan.watch.rewind.runtime import StopReplay
from numsan.watch.trips import all_finite, fused_norms


class Onward(Watching):
    """Counts steps beyond the failing one; ends the replay at `most` of them, at the time `until`, or where
    something is not finite."""

    def __init__(self, most: int, until: float) -> None:
        super().__init__()
        self.most, self.until = most, until
        self.steps = 0
        self._scaled = False

    def _stop(self, how: Literal["over", "failed"]) -> None:
        self.stopped = how
        raise StopReplay

    def _before_backward(self) -> None:
        if self.losses and not math.isfinite(self.losses[-1]) and not self._scaled:
            self._stop("failed")
        if time.monotonic() > self.until:
            self._stop("over")

    def _before_step(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        self._finite([p.grad for p in hooks.parameters([optimizer]) if p.grad is not None])

    def _after_step(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        self._finite(hooks.parameters([optimizer]))
        self.steps += 1
        if self.steps > self.most:
            self._stop("over")

    def _finite(self, tensors: list[torch.Tensor]) -> None:
        with torch.no_grad():
            norms = fused_norms(tensors)
        if not all(map(math.isfinite, norms)) and not all(map(all_finite, tensors)):
            self._stop("failed")

    def _scaler_step(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """A scaler that skips the step itself has cured nothing; later it may skip one now and then."""

        def step(scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            self._scaled, before = True, self.steps
            out = original(scaler, optimizer, *args, **kwargs)
            if before == self.steps == 0:
                self._stop("failed")
            return out

        return step
