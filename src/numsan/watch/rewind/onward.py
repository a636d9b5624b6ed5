"""A replay that does not stop at the step that failed: how far it comes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Literal, cast

import torch

from numsan.watch import hooks
from numsan.watch.rewind.runtime import StopReplay
from numsan.watch.rewind.tape import number
from numsan.watch.trips import all_finite, fused_norms


class Onward:
    """Context: counts steps beyond the failing one; ends the replay at `most` of them, at the time `until`, or where
    something is not finite."""

    def __init__(self, most: int, until: float) -> None:
        self.most, self.until = most, until
        self.losses: list[float] = []
        self.steps = 0
        self.stopped: Literal["", "over", "failed"] = ""
        self._scaled = False
        self._removers: list[hooks.Remove] = []

    def __enter__(self) -> Onward:
        self._removers = [
            *hooks.on_optimizer_step(self._before, self._after),
            hooks.patch(torch.autograd, "backward", self._backward),
            hooks.patch(torch.amp.GradScaler, "step", self._scaler_step),
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for remove in self._removers:
            remove()

    def _stop(self, how: Literal["over", "failed"]) -> None:
        self.stopped = how
        raise StopReplay

    def _backward(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
            first: Any = cast(Any, tensors)[0] if isinstance(tensors, tuple | list) else tensors
            if isinstance(first, torch.Tensor) and first.numel() == 1:
                self.losses.append(number(first))
                if not math.isfinite(self.losses[-1]) and not self._scaled:
                    self._stop("failed")
            if time.monotonic() > self.until:
                self._stop("over")
            return original(tensors, *args, **kwargs)

        return backward

    def _before(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        self._finite([p.grad for p in hooks.parameters([optimizer]) if p.grad is not None])

    def _after(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
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
