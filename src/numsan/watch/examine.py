"""A copy of the program that is looked at closely for some steps: what it reads, how large its numbers get, what each
layer's gradient does, what the losses say. It answers in plain numbers; what they mean is decided elsewhere."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, NoReturn

import torch
import torch.nn.functional as F

from numsan.core.trace import StepNorms
from numsan.watch import hooks, modules, rerun
from numsan.watch.recorder import Recorder, Value
from numsan.watch.source import user_files
from numsan.watch.tracing import Tracing
from numsan.watch.trips import Trip

if TYPE_CHECKING:
    from numsan.watch.session import Session

_LEAST, _WIDEST, _MATRICES = 8, 4096, 8
_HALF_MAX, _HALF_LEAST = 65504.0, 2.0**-25  # smaller magnitudes round to 0 in float16
_LOSSES = (
    "cross_entropy", "nll_loss", "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div",
    "binary_cross_entropy", "binary_cross_entropy_with_logits",
)  # fmt: skip


class Examination:
    """`valid` are losses computed without a gradient, with the step they came before."""

    def __init__(self, session: Session, request: rerun.Request, answer: int) -> None:
        self.session, self.request, self.answer = session, request, answer
        self.until = time.monotonic() + request.seconds
        self.tracing: Tracing | None = None
        self.seen: dict[str, Any] = {"inputs": [], "half": {}, "layers": {}, "matrices": []}
        self.losses: list[tuple[int, float | None, float]] = []
        self.valid: list[tuple[int, float]] = []

    def start(self) -> None:
        sentinel = self.session.sentinel
        sentinel.on_norms = self.note
        sentinel.after_step.append(self.when_over)
        hooks.patch(torch.optim.Optimizer, "__init__", self._constructing)
        for name in _LOSSES:
            hooks.patch(F, name, self._listening)

    def _constructing(self, original: Any) -> Any:
        """From the first optimizer to the first update, what a step reads was there before it: the data, mostly."""

        def __init__(*args: Any, **kwargs: Any) -> None:
            original(*args, **kwargs)
            if self.tracing is None and not self.losses:
                self.tracing = Tracing([]).__enter__()

        return __init__

    def _listening(self, original: Any) -> Any:
        def loss(*args: Any, **kwargs: Any) -> Any:
            out = original(*args, **kwargs)
            if not torch.is_grad_enabled() and isinstance(out, torch.Tensor) and out.numel() == 1:
                self.valid.append((self.session.sentinel.step, float(out.item())))
            return out

        return loss

    def note(self, norms: StepNorms) -> None:
        """Before the update of every step."""
        self.losses.append((norms.step, norms.loss, norms.grad))
        self._look()
        if norms.step == 0 or norms.step == self.request.until:
            self.seen["layers"][str(norms.step)] = _layers()

    def _look(self) -> None:
        if self.tracing is not None:
            self.tracing.__exit__(None, None, None)
            self.seen["inputs"] = _inputs(self.tracing.recorder)
            self.seen["half"] = _beyond_half(self.tracing.recorder)
            self.tracing = None

    def when_over(self) -> None:
        sentinel, until = self.session.sentinel, self.request.until
        if (until is not None and sentinel.step > until) or time.monotonic() > self.until:
            self.reply(None)

    def failed(self, trip: Trip, frames: list[Any]) -> NoReturn:
        self._look()
        self.reply(None, {"what": trip.what, "where": trip.where, "step": trip.step})

    def reply(self, status: int | None, failed: dict[str, Any] | None = None) -> NoReturn:
        self.seen["matrices"] = [] if failed else _matrices()
        rerun.reply(self.answer, {
            **self.seen, "losses": self.losses, "valid": self.valid, "failed": failed, "status": status,
            "steps": self.session.sentinel.step, "files": user_files(),
        })  # fmt: skip

    def ended(self, status: int) -> NoReturn:
        self.reply(status)


def _inputs(recorder: Recorder) -> list[dict[str, Any]]:
    """What the first step read besides weights and buffers, each with where it was read first."""
    buffers = modules.buffer_names(modules.live_modules())
    found: list[dict[str, Any]] = []
    for leaf in recorder.leaves.values():
        tensor = leaf.tensor
        if tensor is None or tensor.requires_grad or tensor.numel() < _LEAST or not hooks.ordinary(tensor):
            continue
        if tensor.data_ptr() in buffers or tensor._version != leaf.version or not tensor.is_floating_point():
            continue
        found.append({**_described(tensor), "read": _read_at(recorder, leaf)})
    return found[:16]


def _described(tensor: torch.Tensor) -> dict[str, Any]:
    values = tensor.detach().float()
    sizes = values.abs().reshape(-1)
    fine = sizes[torch.isfinite(sizes)]
    table = values.reshape(len(values), -1) if values.ndim > 1 else values[:, None]
    few = table[:, :_WIDEST]
    constant = int((few == few[:1]).all(dim=0).sum()) if len(few) > 1 and values.ndim == 2 else 0
    return {
        "shape": list(tensor.shape), "dtype": str(tensor.dtype).removeprefix("torch."),
        "nonfinite": int(sizes.numel() - fine.numel()), "largest": float(fine.max()) if fine.numel() else 0.0,
        "median": float(fine.median()) if fine.numel() else 0.0, "constant": constant, "columns": few.shape[1],
    }  # fmt: skip


def _read_at(recorder: Recorder, leaf: Value) -> list[Any] | None:
    site = next((e.site for e in recorder.events if e.site and any(v is leaf for v in e.inputs)), None)
    return [site.file, site.line, site.text] if site is not None else None


def _beyond_half(recorder: Recorder) -> dict[str, Any]:
    """Where a value of the first step exceeds float16, and how much of the gradients would be 0 in it."""
    lines: dict[tuple[str, int], float] = {}
    for event in recorder.events:
        site = event.site
        for value in event.outputs:
            stats = value.stats
            if site is None or stats.min is None or stats.max is None or "float" not in stats.dtype:
                continue
            size = max(abs(stats.min), abs(stats.max))
            if size > _HALF_MAX and math.isfinite(size):
                key = (site.file, site.line)
                lines[key] = max(size, lines.get(key, 0.0))
    grads = [p.grad for m in modules.live_modules() for _, p in hooks.own_tensors(m) if p.grad is not None]
    plain = [hooks.dense(g).float().abs() for g in grads]
    count = sum(int((g > 0).sum()) for g in plain)
    lost = sum(int(((g > 0) & (g < _HALF_LEAST)).sum()) for g in plain)
    over = sorted(((size, file, line) for (file, line), size in lines.items()), reverse=True)
    return {
        "over": [[file, line, size] for size, file, line in over[:3]],
        "lost": lost / count if count else 0.0,
    }


def _layers() -> list[tuple[str, float | None]]:
    """The norm of every weight's gradient, in the order of the modules. Biases may be cancelled by what follows."""
    live = modules.live_modules()
    names = modules.tensor_names(live)
    found: dict[str, float | None] = {}
    for module in live:
        for _, p in hooks.own_tensors(module):
            if isinstance(p, torch.nn.Parameter) and p.requires_grad and p.ndim > 1:
                found[names[id(p)]] = None if p.grad is None else hooks.norm(hooks.dense(p.grad).float())
    return list(found.items())


def _matrices() -> list[tuple[str, list[int], float]]:
    """Condition numbers of the largest weight matrices."""
    live = modules.live_modules()
    names = modules.tensor_names(live)
    weights = [
        p for m in live for _, p in hooks.own_tensors(m) if isinstance(p, torch.nn.Parameter) and p.ndim == 2
    ]
    weights = [p for p in weights if 1 < min(p.shape) <= 1024 and max(p.shape) <= _WIDEST]
    found: list[tuple[str, list[int], float]] = []
    for p in sorted(weights, key=lambda p: -p.numel())[:_MATRICES]:
        worst = hooks.condition(p.detach().double().cpu())
        found.append((names[id(p)], list(p.shape), worst))
    return found
