"""The hot path: before every optimizer step, loss and gradients are checked by one fused norm.

A step pays for that norm and for the `Tape`'s marks; nothing is done per operation. Weights are looked at every few
steps, at every alarm and at the end. A check that finds something not finite becomes a `Trip`, handed to `on_trip`
before the update is made.
"""

from __future__ import annotations

import functools
import math
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

import torch

from numsan.core.trace import Site, StepNorms
from numsan.watch import hooks
from numsan.watch.source import caller_site
from numsan.watch.trips import Made, Scaling, Trip, all_finite, any_nonzero, first_bad, fused_norms, name_of

WEIGHTS_EVERY = 8  # steps between two looks at the weights
_PACE, _SAMPLE = 128, 8  # steps: how often the pace is taken, and over how many
_REST_AFTER = 1024  # steps that are always marked
_SHORT = 1e-3  # seconds a step below which the tape's marks, about 50 us, would show
Record = tuple[int, float | None, float, float | None, Any]


class Sentinel:
    """Installs its hooks with `arm`, removes them with `disarm`; counts optimizer steps from 0."""

    def __init__(
        self, on_trip: Callable[[Trip], Any], tape: Any = None, weights_every: int = WEIGHTS_EVERY
    ) -> None:
        self.on_trip, self.tape, self.weights_every = on_trip, tape, weights_every
        self.step = 0
        self.optimizers: weakref.WeakKeyDictionary[torch.optim.Optimizer, Made] = weakref.WeakKeyDictionary()
        self.last: weakref.ref[torch.optim.Optimizer] | None = None
        self.scaling = Scaling()
        self.stale_gradients = 0  # steps whose first backward added to gradients of an earlier step
        self.schedulers: list[tuple[weakref.ref[torch.optim.Optimizer], Site | None]] = []
        self.removers: list[hooks.Remove] = []
        self.after_step: list[Callable[[], None]] = []
        self.on_norms: Callable[[StepNorms], None] | None = None
        self.on_fault: Callable[[BaseException], None] | None = None
        self.on_tape_fault: Callable[[BaseException], None] | None = None
        self._records: deque[Record] = deque(maxlen=512)
        self._loss: float | None = None
        self._weights_seen = 0  # weights were finite before this step
        self._fresh = True  # no backward since the last step
        self.resting = False  # the tape: see `_pace`
        self._paced = time.perf_counter()
        self._paces: deque[float] = deque(maxlen=4)
        self._newest: tuple[weakref.ref[torch.optim.Optimizer], Made] | None = None
        self._busy = False

    def arm(self) -> Sentinel:
        self.removers = [
            *hooks.on_optimizer_step(self._before, self._after),
            hooks.patch(torch.autograd, "backward", self._wrap_backward),
            hooks.patch(torch.optim.Optimizer, "__init__", self._wrap_construct),
            hooks.patch(torch.optim.lr_scheduler.LRScheduler, "__init__", self._wrap_schedule),
            hooks.patch(torch.amp.GradScaler, "scale", self._wrap_scale),
            hooks.patch(torch.amp.GradScaler, "step", self._wrap_scaler_step),
            hooks.patch(torch, "compile", self._wrap_compile),
        ]
        return self

    def disarm(self) -> None:
        for remove in self.removers:
            remove()
        self.removers = []

    @property
    def history(self) -> list[StepNorms]:
        return [
            StepNorms(step=s, loss=x, grad=g, weight=w, lr=_number(lr)) for s, x, g, w, lr in self._records
        ]

    # Wrappers; each runs the original exactly once, whatever happens to us.

    def _wrap_construct(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def __init__(optimizer: torch.optim.Optimizer, *args: Any, **kwargs: Any) -> None:
            original(optimizer, *args, **kwargs)
            self._guard(self._constructed, optimizer)

        return __init__

    def _wrap_schedule(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def __init__(scheduler: Any, optimizer: torch.optim.Optimizer, *args: Any, **kwargs: Any) -> None:
            original(scheduler, optimizer, *args, **kwargs)
            self._guard(lambda: self.schedulers.append((weakref.ref(optimizer), caller_site())))

        return __init__

    def _wrap_backward(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
            if not hooks.is_compiling():
                self._guard(self._backward, tensors)
            return original(tensors, *args, **kwargs)

        return backward

    def _wrap_scale(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def scale(scaler: Any, outputs: Any) -> Any:
            self._guard(self.scaling.scaling, scaler, outputs)
            return original(scaler, outputs)

        return scale

    def _wrap_scaler_step(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def step(scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            before, self.scaling.stepping = self.step, True
            try:
                out = original(scaler, optimizer, *args, **kwargs)
            finally:
                self.scaling.stepping = False
            self._guard(self._scaler_stepped, optimizer, self.step > before)
            return out

        return step

    def _wrap_compile(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """`torch.compile(optimizer.step)` fires no hook of ours: such a step is watched from outside."""

        def compile(model: Any = None, *args: Any, **kwargs: Any) -> Any:
            made = original(model, *args, **kwargs)
            owner = getattr(model, "__self__", None)
            if isinstance(owner, torch.optim.Optimizer) and model.__name__ == "step":
                return self._around(made, owner)
            return made

        return compile

    def _around(self, compiled: Callable[..., Any], optimizer: torch.optim.Optimizer) -> Callable[..., Any]:
        @functools.wraps(compiled)
        def step(*args: Any, **kwargs: Any) -> Any:
            if not self.removers:
                return compiled(*args, **kwargs)
            given = self._before(optimizer, (optimizer, *args), kwargs)
            (_, *rest), named = ((optimizer, *args), kwargs) if given is None else given
            out = compiled(*rest, **named)
            self._after(optimizer)
            return out

        return step

    def _guard(self, function: Callable[..., Any], *args: Any) -> None:
        """Runs a part of ours; a fault in it disarms us and never reaches the user's program."""
        try:
            function(*args)
        except Exception as error:
            self.disarm()
            if self.on_fault is not None:
                self.on_fault(error)

    def _tell(self, mark: str, thing: Any) -> None:
        """Marks on the tape; a fault of the tape costs the replay in place, never the watching."""
        if self.tape is None or self.resting:
            return
        try:
            getattr(self.tape, mark)(thing)
        except Exception as error:
            self.tape = None
            if self.on_tape_fault is not None:
                self.on_tape_fault(error)

    # What happens at each point of the program.

    def _constructed(self, optimizer: torch.optim.Optimizer) -> None:
        self._made(optimizer, caller_site())
        self._tell("mark_constructed", optimizer)

    def _made(self, optimizer: torch.optim.Optimizer, site: Site | None) -> Made:
        params = hooks.parameters([optimizer])
        made = self.optimizers[optimizer] = Made(site=site, params=params, groups=len(optimizer.param_groups))
        return made

    def _scaler_stepped(self, optimizer: torch.optim.Optimizer, taken: bool) -> None:
        if not taken:
            self._tell("mark_step", optimizer)
        if self.scaling.stepped(taken):
            self._look_at_gradients(optimizer, self._made_of(optimizer), skipped=True)

    def _backward(self, tensors: Any) -> None:
        first: Any = tensors if isinstance(tensors, torch.Tensor) else tensors[0] if tensors else None
        if not isinstance(first, torch.Tensor) or first.numel() != 1:
            return
        if self._fresh:
            self._fresh = False
            self._note_stale()
        loss = _number(first.item())
        scaled = self.scaling.loss if self.scaling.active else None
        self._loss = loss if scaled is None else scaled
        self._tell("mark_backward", math.nan if loss is None else loss)
        if loss is None or math.isfinite(loss) or (scaled is not None and math.isfinite(scaled)):
            return
        if not self._look_at_weights():
            self._trip(what="loss", where="", step=self.step, optimizer=None, tensor=first)

    def _note_stale(self) -> None:
        made = self._newest[1] if self._newest is not None else None
        grad = made.params[0].grad if made is not None and made.params else None
        if grad is not None and self.step and any_nonzero(grad):
            self.stale_gradients += 1

    def _before(self, optimizer: torch.optim.Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        closure = kwargs.get("closure") if kwargs else None
        if closure is None and len(args) > 1:
            closure = next((a for a in args[1:] if callable(a)), None)
        if closure is None:
            self._guard(self._check, optimizer)
            return None

        def watched(*a: Any, **k: Any) -> Any:
            self._tell("mark_closure", closure)
            out = closure(*a, **k)
            self._guard(self._check, optimizer)
            return out

        if kwargs.get("closure") is closure:
            return args, {**kwargs, "closure": watched}
        return tuple(watched if a is closure else a for a in args), kwargs

    def _after(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        self.step += 1
        self._fresh = True
        if self.last is None or self.last() is not optimizer:
            self.last = weakref.ref(optimizer)
            made = self._made_of(optimizer)
            made.stepped = made.stepped or caller_site()
        self._tell("mark_step", optimizer)
        phase = self.step % _PACE
        if phase == 0:
            self._paced = time.perf_counter()
        elif phase == _SAMPLE:
            self._pace()
        for action in self.after_step:
            self._guard(action)

    def _pace(self) -> None:
        """Steps so short that marking them would show: the tape rests, and a failure is re-executed instead."""
        self._paces.append((time.perf_counter() - self._paced) / _SAMPLE)
        resting = self.step >= _REST_AFTER and min(self._paces) < _SHORT
        if resting and not self.resting and self.tape is not None:
            self.tape.forget()
        self.resting = resting

    def _made_of(self, optimizer: torch.optim.Optimizer) -> Made:
        if self._newest is not None and self._newest[0]() is optimizer:
            made = self._newest[1]
            if made.groups == len(optimizer.param_groups):
                return made
        made = self.optimizers.get(optimizer)
        if made is None or made.groups != len(optimizer.param_groups):
            made = self._made(optimizer, made.site if made is not None else None)
        self._newest = (weakref.ref(optimizer), made)
        return made

    def _check(self, optimizer: torch.optim.Optimizer) -> None:
        made = self._made_of(optimizer)
        grads = [g for p in made.params if (g := p.grad) is not None]
        total = math.sqrt(sum([n * n for n in fused_norms(grads)]))
        if not math.isfinite(total):
            self._look_at_gradients(optimizer, made)
        weight = None
        if self.step % self.weights_every == 0:
            weight = self._check_weights(made)
        self._records.append((self.step, self._loss, total, weight, optimizer.param_groups[0].get("lr")))
        if self.on_norms is not None:
            self.on_norms(self.history[-1])
        self._tell("before_step", optimizer)

    def _check_weights(self, made: Made) -> float:
        size = math.sqrt(sum([n * n for n in fused_norms([p.detach() for p in made.params])]))
        if not math.isfinite(size):
            self._look_at_weights()
        self._weights_seen = self.step
        return size

    def _look_at_gradients(self, optimizer: torch.optim.Optimizer, made: Made, skipped: bool = False) -> None:
        """A norm may overflow while its tensor is finite: only an exact look trips."""
        if self._look_at_weights():
            return
        bad = next((p for p in made.params if p.grad is not None and not all_finite(p.grad)), None)
        if bad is not None:
            self._trip(what="gradient", where=name_of(bad), step=self.step, optimizer=optimizer, tensor=bad.grad,
                       scaled=self.scaling.active, through_scaler=skipped or self.scaling.stepping)  # fmt: skip

    def _look_at_weights(self) -> bool:
        """Weights that are not finite before a step were made so by a step before."""
        for optimizer, made in list(self.optimizers.items()):
            bad = first_bad(made.params)
            if bad is not None:
                self._trip(
                    what="weight",
                    where=name_of(bad),
                    step=max(self.step - 1, 0),
                    optimizer=optimizer,
                    tensor=bad,
                )
                return True
        return False

    def look_at_end(self) -> None:
        """The last step has no successor that would look at its weights."""
        if self.removers:
            self._guard(self._look_at_weights)

    def _trip(self, **known: Any) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            self.on_trip(Trip(since=self._weights_seen, loss=self._loss, **known))
        finally:
            self._busy = False


def _number(x: Any) -> float | None:
    try:
        return float(x.real if isinstance(x, complex) else x)
    except (TypeError, ValueError, RuntimeError):
        return None


def arm(on_trip: Callable[[Trip], Any] = print, tape: Any = None) -> Sentinel:
    """Watches the training loop of this process until `disarm` is called on the result."""
    return Sentinel(on_trip, tape).arm()
