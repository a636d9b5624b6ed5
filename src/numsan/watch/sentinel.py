"""The hot path: before every optimizer step, loss and gradients are checked by one fused norm.

A step pays for that norm and for the `Tape`'s marks; nothing is done per operation. Weights are looked at every few
steps, at every alarm and at the end. A check that finds something not finite becomes a `Trip`, handed to `on_trip`
before the update is made.
"""

from __future__ import annotations

import math
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

import torch

from numsan.core.trace import Site, StepNorms
from numsan.watch import hooks
from numsan.watch.buffers import Buffers
from numsan.watch.pace import Pace
from numsan.watch.patches import install
from numsan.watch.source import caller_site
from numsan.watch.trips import (
    Made,
    Scaling,
    Trip,
    all_finite,
    any_nonzero,
    first_bad,
    fused_norms,
    hopeless,
    name_of,
)  # fmt: skip

WEIGHTS_EVERY = 8  # steps between two looks at the weights
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
        self.pace = Pace()
        self.buffers = Buffers()
        self._newest: tuple[weakref.ref[torch.optim.Optimizer], Made] | None = None
        self._busy = False

    def arm(self) -> Sentinel:
        self.removers = [*install(self), self.buffers.arm()]
        return self

    def disarm(self) -> None:
        for remove in self.removers:
            remove()
        self.removers = []

    @property
    def history(self) -> list[StepNorms]:
        return [_norms(r) for r in self._records]

    def guard(self, function: Callable[..., Any], *args: Any) -> None:
        """Runs a part of ours; a fault in it disarms us and never reaches the user's program."""
        try:
            function(*args)
        except Exception as error:
            self.disarm()
            if self.on_fault is not None:
                self.on_fault(error)

    def _tell(self, mark: str, thing: Any) -> None:
        """Marks on the tape; a fault of the tape costs the replay in place, never the watching."""
        if self.tape is None or self.pace.resting:
            return
        try:
            getattr(self.tape, mark)(thing)
        except Exception as error:
            self.tape = None
            if self.on_tape_fault is not None:
                self.on_tape_fault(error)

    # What happens at each point of the program.

    def constructed(self, optimizer: torch.optim.Optimizer) -> None:
        self._made(optimizer, caller_site())
        self._tell("mark_constructed", optimizer)

    def _made(self, optimizer: torch.optim.Optimizer, site: Site | None) -> Made:
        params = hooks.parameters([optimizer])
        made = self.optimizers[optimizer] = Made(site=site, params=params, groups=len(optimizer.param_groups))
        return made

    def scheduled(self, optimizer: torch.optim.Optimizer) -> None:
        self.schedulers.append((weakref.ref(optimizer), caller_site()))

    def scaler_stepped(self, scaler: Any, optimizer: torch.optim.Optimizer, taken: bool) -> None:
        if not taken:
            self._tell("mark_step", optimizer)
        if not taken and hopeless(scaler):
            self._look_at_gradients(optimizer, self._made_of(optimizer), skipped=True)

    def backward(self, tensors: Any) -> None:
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

    def before(self, optimizer: torch.optim.Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        closure = kwargs.get("closure") if kwargs else None
        if closure is None and len(args) > 1:
            closure = next((a for a in args[1:] if callable(a)), None)
        if closure is None:
            self.guard(self._check, optimizer)
            return None

        def watched(*a: Any, **k: Any) -> Any:
            self._tell("mark_closure", closure)
            out = closure(*a, **k)
            self.guard(self._check, optimizer)
            return out

        if kwargs.get("closure") is closure:
            return args, {**kwargs, "closure": watched}
        return tuple(watched if a is closure else a for a in args), kwargs

    def after(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        self.step += 1
        self._fresh = True
        if self.last is None or self.last() is not optimizer:
            self.last = weakref.ref(optimizer)
            made = self._made_of(optimizer)
            made.stepped = made.stepped or caller_site()
        self._tell("mark_step", optimizer)
        if self.pace.after(self.step) and self.tape is not None:
            self.tape.forget()
        for action in self.after_step:
            self.guard(action)

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
            self._look_at_buffers(self.step)
            self._weights_seen = self.step
        self._records.append((self.step, self._loss, total, weight, optimizer.param_groups[0].get("lr")))
        if self.on_norms is not None:
            self.on_norms(_norms(self._records[-1]))
        self._tell("before_step", optimizer)

    def _check_weights(self, made: Made) -> float:
        with torch.no_grad():
            size = math.sqrt(sum([n * n for n in fused_norms(made.params)]))
        if not math.isfinite(size):
            self._look_at_weights()
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

    def _look_at_buffers(self, step: int) -> None:
        """They are made by a forward pass, so by that of the step that is about to be taken."""
        bad = self.buffers.first_bad()
        if bad is not None:
            self._trip(what="buffer", where=name_of(bad), step=step, optimizer=None, tensor=bad)

    def look_at_end(self) -> None:
        """The last step has no successor that would look at its weights and buffers."""
        if self.removers:
            self.guard(self._look_at_weights)
        if self.removers:
            self.guard(self._look_at_buffers, max(self.step - 1, 0))

    def _trip(self, **known: Any) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            self.on_trip(Trip(since=self._weights_seen, loss=self._loss, **known))
        finally:
            self._busy = False


def _norms(record: Record) -> StepNorms:
    step, loss, grad, weight, lr = record
    return StepNorms(step=step, loss=loss, grad=grad, weight=weight, lr=_number(lr))


def _number(x: Any) -> float | None:
    try:
        return float(x.real if isinstance(x, complex) else x)
    except (TypeError, ValueError, RuntimeError):
        return None


def arm(on_trip: Callable[[Trip], Any] = print, tape: Any = None) -> Sentinel:
    """Watches the training loop of this process until `disarm` is called on the result."""
    return Sentinel(on_trip, tape).arm()
