"""The hot path: before every optimizer step, loss, gradients and weights are checked by one fused norm.

A step pays for that norm and for `Tape` marks; nothing is done per operation. A check that finds something
non-finite becomes a `Trip`, handed to `on_trip` before the update is made.
"""

from __future__ import annotations

import math
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

from numsan.core.trace import Site, StepNorms
from numsan.watch import hooks
from numsan.watch.source import caller_site

_ALL_WEIGHTS = 1 << 20  # above so many numbers, weights are looked at in turns
_SKIPS = 20  # GradScaler skips in a row that no calibration explains: 2^16 -> 2^-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """The first failing quantity."""

    what: Literal["loss", "gradient", "weight", "buffer"]
    where: str
    step: int
    optimizer: torch.optim.Optimizer | None
    loss: float | None = None
    tensor: torch.Tensor | None = None
    scaled: bool = False  # a GradScaler is in use
    through_scaler: bool = False  # and the step came through it


@dataclass(slots=True)
class Made:
    """Where an optimizer was constructed, and its parameters."""

    site: Site | None
    params: list[torch.Tensor]
    turn: int = 0
    numel: int = 0
    stepped: Site | None = None  # the user's line that calls `step`


class Sentinel:
    """Installs its hooks with `arm`, removes them with `disarm`; counts optimizer steps from 0."""

    def __init__(self, on_trip: Callable[[Trip], Any], tape: Any = None) -> None:
        self.on_trip, self.tape = on_trip, tape
        self.step = 0
        self.history: deque[StepNorms] = deque(maxlen=512)
        self.optimizers: weakref.WeakKeyDictionary[torch.optim.Optimizer, Made] = weakref.WeakKeyDictionary()
        self.scaler: Any = None
        self.unscaled: float | None = None
        self.loss: float | None = None
        self.losses = 0
        self.stale_gradients = 0  # steps whose first backward added to gradients of an earlier step
        self.skips = 0
        self.last: weakref.ref[torch.optim.Optimizer] | None = None
        self.in_scaler = False
        self.on_norms: Callable[[StepNorms], None] | None = None
        self.after_step: list[Callable[[], None]] = []
        self._stepped = True
        self.removers: list[hooks.Remove] = []
        self._busy = False
        self.fault: str | None = None
        self.on_fault: Callable[[BaseException], None] | None = None

    def arm(self) -> Sentinel:
        self.removers = [
            *hooks.on_optimizer_step(self._before, self._after),
            hooks.patch(torch.autograd, "backward", self._wrap_backward),
            hooks.patch(torch.optim.Optimizer, "__init__", self._wrap_construct),
            hooks.patch(torch.amp.GradScaler, "scale", self._wrap_scale),
            hooks.patch(torch.amp.GradScaler, "step", self._wrap_scaler_step),
        ]
        return self

    def disarm(self) -> None:
        for remove in self.removers:
            remove()
        self.removers = []

    @property
    def armed(self) -> bool:
        return bool(self.removers)

    # Wrappers; each runs the original exactly once, whatever happens to us.

    def _wrap_construct(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def __init__(optimizer: torch.optim.Optimizer, *args: Any, **kwargs: Any) -> None:
            original(optimizer, *args, **kwargs)
            self._guard(self._constructed, optimizer)

        return __init__

    def _wrap_backward(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
            if not hooks.is_compiling():
                self._guard(self._loss, tensors)
            return original(tensors, *args, **kwargs)

        return backward

    def _wrap_scale(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def scale(scaler: Any, outputs: Any) -> Any:
            self._guard(self._scaling, scaler, outputs)
            return original(scaler, outputs)

        return scale

    def _wrap_scaler_step(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def step(scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            before, self.in_scaler = self.step, True
            try:
                out = original(scaler, optimizer, *args, **kwargs)
            finally:
                self.in_scaler = False
            self._guard(self._scaler_stepped, scaler, optimizer, self.step > before)
            return out

        return step

    def _guard(self, function: Callable[..., Any], *args: Any) -> Any:
        """Runs a part of ours; a fault in it disarms us and never reaches the user's program."""
        try:
            return function(*args)
        except Exception as error:
            self.disarm()
            self.fault = repr(error)
            if self.on_fault is not None:
                self.on_fault(error)
        return None

    # What happens at each point of the program.

    def _constructed(self, optimizer: torch.optim.Optimizer) -> None:
        self._made(optimizer, caller_site())
        if self.tape is not None:
            self.tape.mark_constructed(optimizer)

    def _made(self, optimizer: torch.optim.Optimizer, site: Site | None) -> Made:
        params = [p for p in hooks.parameters([optimizer]) if isinstance(p, torch.Tensor)]
        made = Made(site=site, params=params, numel=sum(p.numel() for p in params))
        self.optimizers[optimizer] = made
        return made

    def _scaling(self, scaler: Any, outputs: Any) -> None:
        self.scaler = weakref.ref(scaler) if scaler.is_enabled() else None
        if isinstance(outputs, torch.Tensor) and outputs.numel() == 1:
            self.unscaled = outputs.item()

    def _scaler_stepped(self, scaler: Any, optimizer: Any, taken: bool) -> None:
        self.skips = 0 if taken else self.skips + 1
        if not taken and self.tape is not None:
            self.tape.mark_step(optimizer)
        if self.skips >= _SKIPS:
            self.skips = 0
            self._check_gradients(optimizer, scaled_skip=True)

    def _loss(self, tensors: Any) -> None:
        first = tensors[0] if isinstance(tensors, Sequence) and tensors else tensors
        if not isinstance(first, torch.Tensor) or first.numel() != 1:
            return
        if self._stepped:
            self._stepped = False
            self._note_stale()
        loss = first.item()
        loss = loss.real if isinstance(loss, complex) else float(loss)
        self.losses += 1
        scaled = self.scaler is not None and self.unscaled is not None
        self.loss = self.unscaled if scaled else loss
        if self.tape is not None:
            self.tape.mark_backward(first)
        if not math.isfinite(loss) and not (scaled and math.isfinite(self.unscaled or 0.0)):
            weight = self._bad_weight()
            if weight is None:
                self._trip(Trip(what="loss", where="", step=self.step, optimizer=None, loss=loss, tensor=first,
                                scaled=scaled))  # fmt: skip

    def _note_stale(self) -> None:
        for made in self.optimizers.values():
            grad = made.params[0].grad if made.params else None
            if grad is not None and self.step and bool(dense_any(grad)):
                self.stale_gradients += 1
                return

    def _before(self, optimizer: torch.optim.Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        closure = kwargs.get("closure") or next((a for a in args[1:] if callable(a)), None)
        if closure is None:
            self._guard(self._check_gradients, optimizer)
            return None

        def watched(*a: Any, **k: Any) -> Any:
            if self.tape is not None:
                self._guard(self.tape.mark_closure, closure)
            out = closure(*a, **k)
            self._guard(self._check_gradients, optimizer)
            return out

        if "closure" in kwargs:
            return args, {**kwargs, "closure": watched}
        return tuple(watched if a is closure else a for a in args), kwargs

    def _after(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        self.step += 1
        self._stepped = True
        made = self.optimizers.get(optimizer)
        if made is not None and made.stepped is None:
            made.stepped = caller_site()
        self.last = weakref.ref(optimizer)
        if self.tape is not None:
            self._guard(self.tape.mark_step, optimizer)
        for action in self.after_step:
            self._guard(action)

    def _check_gradients(self, optimizer: torch.optim.Optimizer, scaled_skip: bool = False) -> None:
        made = self.optimizers.get(optimizer) or self._made(optimizer, None)
        grads = [p.grad for p in made.params if p.grad is not None]
        weights = self._weights_in_turn(made)
        found = fused_norms(grads, weights)
        total = math.fsum(n * n for n in found[: len(grads)]) if grads else 0.0
        sizes = math.fsum(n * n for n in found[len(grads) :])
        if not (math.isfinite(total) and math.isfinite(sizes)):
            self._confirm(optimizer, made, scaled_skip)
        lr = optimizer.param_groups[0].get("lr")
        norms = StepNorms(step=self.step, loss=self.loss, grad=math.sqrt(total), weight=math.sqrt(sizes),
                          lr=float(lr) if lr is not None else None)  # fmt: skip
        self.history.append(norms)
        if self.on_norms is not None:
            self.on_norms(norms)
        if self.tape is not None:
            self.tape.before_step(optimizer)

    def _weights_in_turn(self, made: Made) -> list[torch.Tensor]:
        if made.numel <= _ALL_WEIGHTS:
            return made.params
        made.turn += 1
        return made.params[made.turn % 16 :: 16]

    def _confirm(self, optimizer: torch.optim.Optimizer, made: Made, scaled_skip: bool) -> None:
        """A norm may overflow while its tensor is finite: only an exact look trips."""
        if self._bad_weight(made) is not None:
            return
        names: dict[int, str] | None = None
        for p in made.params:
            if p.grad is not None and not all_finite(p.grad):
                names = names or tensor_names()
                self._trip(
                    Trip(what="gradient", where=names.get(id(p), "parameter"), step=self.step, optimizer=optimizer,
                         loss=self.loss, tensor=p.grad, scaled=self.scaler is not None and self.scaler() is not None,
                         through_scaler=scaled_skip or self.in_scaler)
                )  # fmt: skip
                return

    def _bad_weight(self, only: Made | None = None) -> Trip | None:
        """Weights that are not finite before a step were made so by the step before."""
        for optimizer, made in list(self.optimizers.items()):
            for p in made.params if only is None or made is only else ():
                if not all_finite(p):
                    trip = Trip(what="weight", where=tensor_names().get(id(p), "parameter"),
                                step=max(self.step - 1, 0), optimizer=optimizer, loss=self.loss, tensor=p)  # fmt: skip
                    self._trip(trip)
                    return trip
        return None

    def finish_quietly(self) -> None:
        """The last step has no successor that would look at its weights; the program has ended, so nothing is raised."""
        if self.armed:
            try:
                self._guard(self._bad_weight)
            except SystemExit:
                pass

    def _trip(self, trip: Trip) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            self.on_trip(trip)
        finally:
            self._busy = False


def tensor_names() -> dict[int, str]:
    from numsan.watch import modules

    return modules.tensor_names(modules.live_modules())


def fused_norms(grads: list[torch.Tensor], weights: list[torch.Tensor]) -> list[float]:
    tensors = [*grads, *weights]
    try:
        return hooks.grad_norms(tensors)
    except (RuntimeError, TypeError, NotImplementedError):  # sparse, complex, mixed devices, subclasses
        return [norm_of(t) for t in tensors]


def norm_of(tensor: torch.Tensor) -> float:
    tensor = hooks.dense(tensor)
    if not tensor.is_floating_point() or tensor.numel() == 0:
        return 0.0
    return torch.linalg.vector_norm(tensor, dtype=torch.promote_types(tensor.dtype, torch.float32)).item()


def all_finite(tensor: torch.Tensor) -> bool:
    tensor = hooks.dense(tensor.detach())
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def dense_any(grad: torch.Tensor) -> bool:
    return bool((hooks.dense(grad) != 0).any())
