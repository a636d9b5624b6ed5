"""Where the sentinel is told of what the program does. Each wrapper runs the original exactly once, whatever happens to
us, and no wrapper but those around `backward` and the GradScaler is passed in an ordinary step."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from numsan.watch import hooks

if TYPE_CHECKING:
    from numsan.watch.sentinel import Sentinel

Call = Callable[..., Any]


def install(sentinel: Sentinel) -> list[hooks.Remove]:
    def around(owner: Any, name: str, wrap: Callable[[Sentinel, Call], Call]) -> hooks.Remove:
        return hooks.patch(owner, name, functools.partial(wrap, sentinel))

    return [
        *hooks.on_optimizer_step(sentinel.before, sentinel.after),
        around(torch.autograd, "backward", _backward),
        around(torch.optim.Optimizer, "__init__", _construct),
        around(torch.optim.lr_scheduler.LRScheduler, "__init__", _schedule),
        around(torch.amp.GradScaler, "scale", _scale),
        around(torch.amp.GradScaler, "step", _scaler_step),
        around(torch, "compile", _compile),
    ]


def _construct(sentinel: Sentinel, original: Call) -> Call:
    def __init__(optimizer: torch.optim.Optimizer, *args: Any, **kwargs: Any) -> None:
        original(optimizer, *args, **kwargs)
        sentinel.guard(sentinel.constructed, optimizer)

    return __init__


def _schedule(sentinel: Sentinel, original: Call) -> Call:
    def __init__(scheduler: Any, optimizer: torch.optim.Optimizer, *args: Any, **kwargs: Any) -> None:
        original(scheduler, optimizer, *args, **kwargs)
        sentinel.guard(sentinel.scheduled, optimizer)

    return __init__


def _backward(sentinel: Sentinel, original: Call) -> Call:
    def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
        if not hooks.is_compiling():
            sentinel.guard(sentinel.backward, tensors)
        return original(tensors, *args, **kwargs)

    return backward


def _scale(sentinel: Sentinel, original: Call) -> Call:
    def scale(scaler: Any, outputs: Any) -> Any:
        sentinel.guard(sentinel.scaling.scaling, scaler, outputs)
        return original(scaler, outputs)

    return scale


def _scaler_step(sentinel: Sentinel, original: Call) -> Call:
    def step(scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        before, sentinel.scaling.stepping = sentinel.step, True
        try:
            out = original(scaler, optimizer, *args, **kwargs)
        finally:
            sentinel.scaling.stepping = False
        sentinel.guard(sentinel.scaler_stepped, scaler, optimizer, sentinel.step > before)
        return out

    return step


def _compile(sentinel: Sentinel, original: Call) -> Call:
    """`torch.compile(optimizer.step)` fires no hook of ours: such a step is watched from outside."""

    def compile(model: Any = None, *args: Any, **kwargs: Any) -> Any:
        made = original(model, *args, **kwargs)
        owner = getattr(model, "__self__", None)
        if isinstance(owner, torch.optim.Optimizer) and model.__name__ == "step":
            return _outside(sentinel, made, owner)
        return made

    return compile


def _outside(sentinel: Sentinel, compiled: Call, optimizer: torch.optim.Optimizer) -> Call:
    @functools.wraps(compiled)
    def step(*args: Any, **kwargs: Any) -> Any:
        if not sentinel.removers:
            return compiled(*args, **kwargs)
        given = sentinel.before(optimizer, (optimizer, *args), kwargs)
        (_, *rest), named = ((optimizer, *args), kwargs) if given is None else given
        out = compiled(*rest, **named)
        sentinel.after(optimizer)
        return out

    return step
