"""Where the sentinel is told of what the program does. Each wrapper runs the original exactly once, whatever happens to
us, and no wrapper but those around `backward` and the GradScaler is passed in an ordinary step."""

from __future__ import annotations

import dis
import functools
import inspect
import itertools
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
    """A step compiled as a whole fires no hook of ours: it is watched from outside."""

    def compile(model: Any = None, *args: Any, **kwargs: Any) -> Any:
        made = original(model, *args, **kwargs)
        owner = getattr(model, "__self__", None)
        if isinstance(owner, torch.optim.Optimizer) and model.__name__ == "step":
            return _outside(sentinel, made, owner)
        if "step" in getattr(getattr(model, "__code__", None), "co_names", ()):
            return _around_update(sentinel, made, functools.cache(lambda: _optimizer_of(model)))
        return made

    return compile


def _optimizer_of(function: Any) -> torch.optim.Optimizer | None:
    """The one that a function such as `def update(): opt.step()` steps; none if it runs a backward pass, too."""
    known = inspect.getclosurevars(function)
    code = list(dis.get_instructions(function))
    stepped = {a.argval for a, b in itertools.pairwise(code) if b.argval == "step"}
    found = [
        v for n, v in {**known.globals, **known.nonlocals}.items()
        if n in stepped and isinstance(v, torch.optim.Optimizer)
    ]  # fmt: skip
    return found[0] if len(found) == 1 and "backward" not in function.__code__.co_names else None


def _around_update(
    sentinel: Sentinel, compiled: Call, owner: Callable[[], torch.optim.Optimizer | None]
) -> Call:
    @functools.wraps(compiled)
    def update(*args: Any, **kwargs: Any) -> Any:
        optimizer = owner() if sentinel.removers else None
        if optimizer is not None:
            sentinel.before(optimizer, (), {})
        out = compiled(*args, **kwargs)
        if optimizer is not None:
            sentinel.after(optimizer)
        return out

    return update


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
