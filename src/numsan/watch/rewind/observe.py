"""Watches a replay from inside: its losses, and the moment where it arrives at the failing point."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Literal, Self, cast

import torch

from numsan.watch import hooks
from numsan.watch.rewind.runtime import StopReplay
from numsan.watch.rewind.tape import number

_SPARE = 4  # backward calls more than recorded before a replay counts as lost


class Watching(ABC):
    """Context: told of the backward calls and steps of a replay, which it ends with `StopReplay`; `stopped` says why."""

    def __init__(self) -> None:
        self.stopped = ""
        self.losses: list[float] = []
        self._removers: list[hooks.Remove] = []

    def __enter__(self) -> Self:
        self._removers = [
            *hooks.on_optimizer_step(self._before_step, self._after_step),
            hooks.patch(torch.autograd, "backward", self._backward),
            hooks.patch(torch.amp.GradScaler, "step", self._scaler_step),
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for remove in self._removers:
            remove()

    def _backward(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
            first: Any = cast(Any, tensors)[0] if isinstance(tensors, tuple | list) else tensors
            if isinstance(first, torch.Tensor) and first.numel() == 1:
                self.losses.append(number(first))
            self._before_backward()
            return original(tensors, *args, **kwargs)

        return backward

    @abstractmethod
    def _before_backward(self) -> None: ...
    @abstractmethod
    def _before_step(self, optimizer: torch.optim.Optimizer, *_: Any) -> None: ...
    @abstractmethod
    def _after_step(self, optimizer: torch.optim.Optimizer, *_: Any) -> None: ...
    @abstractmethod
    def _scaler_step(self, original: Callable[..., Any]) -> Callable[..., Any]: ...


class Observer(Watching):
    """Counts backward calls and steps; `StopReplay` at the `arrivals`-th step, or last backward."""

    def __init__(self, backwards: int, arrivals: int, until: Literal["step", "backward", "closure"]) -> None:
        super().__init__()
        self.backwards, self.arrivals, self.until = backwards, arrivals, until
        self.stopped = "arrived" if until == "closure" else ""
        self._set_aside: list[tuple[torch.Tensor, torch.Tensor | None]] = []

    def _stop(self, how: Literal["arrived", "lost"]) -> None:
        self.stopped = how
        raise StopReplay

    def _before_backward(self) -> None:
        if self.until == "backward" and len(self.losses) == self.backwards:
            self._stop("arrived")
        if len(self.losses) > self.backwards + _SPARE:
            self._stop("lost")

    def _before_step(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        if self.until == "closure":
            return
        self.arrivals -= 1
        if self.arrivals <= 0:
            self._stop("arrived")
        parameters = hooks.parameters([optimizer])
        self._set_aside = [(p, p.grad) for p in parameters]
        for p in parameters:
            p.grad = None

    def _after_step(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        for parameter, grad in self._set_aside:
            parameter.grad = grad
        self._set_aside = []

    def _scaler_step(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """A GradScaler that found an infinity does not reach the optimizer: arriving at it counts."""

        def step(scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            if self.until != "closure" and self.arrivals <= 1:
                self._stop("arrived")
            return original(scaler, optimizer, *args, **kwargs)

        return step
