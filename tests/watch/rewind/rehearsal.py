"""A small sentinel for tests: at chosen steps it replays twice, compares, and lets the program go on."""

from __future__ import annotations

import contextlib
import io
import random
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data.dataloader import _BaseDataLoaderIter

from numsan.watch import hooks
from numsan.watch.rewind import Replay, Tape


@dataclass
class Seen:
    """What one run of a program showed."""

    out: str = ""
    weights: list[bytes] = field(default_factory=list)
    replays: list[tuple[int, Replay | None, bool, list[str]]] = field(
        default_factory=list
    )  # step, .., gradients equal
    disturbed: list[str] = field(default_factory=list)
    steps: int = 0


def raw(x: torch.Tensor) -> bytes:
    x = x.detach()
    x = x.coalesce().values() if x.is_sparse else x
    return x.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def gradients(optimizer: torch.optim.Optimizer) -> list[bytes | None]:
    return [None if p.grad is None else raw(p.grad) for p in hooks.parameters([optimizer])]


class Rehearsal:
    def __init__(self, at: set[int], until: str = "step") -> None:
        self.tape = Tape((__file__,))
        self.kept: list[torch.Tensor] = []
        self.at, self.until, self.seen = at, until, Seen()

    def try_again(self, optimizer: torch.optim.Optimizer) -> None:
        """Twice: the second one shows that the first left everything as it was."""
        self.tape.look()
        self.kept = [t for k in self.tape.state.kept.values() if (t := k.tensor()) is not None]
        before, grads = self.state(), gradients(optimizer)
        for _ in range(2):
            caught: list[list[bytes | None]] = []

            @contextlib.contextmanager
            def setup(caught: list[list[bytes | None]] = caught) -> Any:
                try:
                    yield
                finally:
                    caught.append(gradients(optimizer))

            replay = self.tape.replay(setup, self.until)
            same = bool(caught) and (self.until == "backward" or caught[-1] == grads)
            self.seen.replays.append((self.seen.steps, replay, same, list(self.tape.failures)))
        self.tape.plan = None
        after = self.state()
        self.seen.disturbed += [f"{k} at step {self.seen.steps}" for k in before if before[k] != after[k]]
        self.seen.disturbed += ["gradients"] if gradients(optimizer) != grads else []

    def state(self) -> dict[str, Any]:
        optimizers = list(self.tape.optimizers.values())
        return {
            "weights": [raw(p) for p in hooks.parameters(optimizers)],
            "buffers": [raw(t) for t in self.kept],
            "random": [torch.get_rng_state().tolist(), random.getstate(), str(np.random.get_state())],
            "rate": [o.param_groups[0]["lr"] for o in optimizers],
        }

    def before(self, optimizer: Any, args: Any, kwargs: Any) -> Any:
        if self.tape.replaying:
            return None
        closure = next((a for a in args[1:] if callable(a)), None)
        if closure is None:
            self.check(optimizer)
            return None

        def watched() -> Any:
            self.tape.mark_closure(closure)
            out = closure()
            self.check(optimizer)
            return out

        return (args[0], watched), kwargs

    def check(self, optimizer: torch.optim.Optimizer) -> None:
        if self.seen.steps in self.at and self.until == "step":
            self.at.discard(self.seen.steps)
            self.try_again(optimizer)
        self.tape.before_step(optimizer)

    def after(self, optimizer: Any, *_: Any) -> None:
        if not self.tape.replaying:
            self.seen.steps += 1
            self.tape.mark_step(optimizer)

    def arm(self) -> list[hooks.Remove]:
        tape = self.tape

        def wrap_backward(original: Any) -> Any:
            def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
                first = tensors[0] if isinstance(tensors, tuple | list) else tensors
                if not tape.replaying:
                    tape.mark_backward(first.item())
                    if self.seen.steps in self.at and self.until == "backward":
                        self.at.discard(self.seen.steps)
                        self.try_again(next(iter(tape.optimizers.values())))
                return original(tensors, *args, **kwargs)

            return backward

        def wrap_init(original: Any) -> Any:
            def __init__(optimizer: Any, *args: Any, **kwargs: Any) -> None:
                original(optimizer, *args, **kwargs)
                tape.mark_constructed(optimizer)

            return __init__

        def wrap_scaler(original: Any) -> Any:
            def step(scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
                before = self.seen.steps
                out = original(scaler, optimizer, *args, **kwargs)
                if self.seen.steps == before:
                    tape.mark_step(optimizer)
                return out

            return step

        def wrap_next(original: Any) -> Any:
            def __next__(iterator: Any) -> Any:
                return tape.draw(iterator, original)

            return __next__

        return [
            hooks.patch(_BaseDataLoaderIter, "__next__", wrap_next),
            *hooks.on_optimizer_step(self.before, self.after),
            hooks.patch(torch.autograd, "backward", wrap_backward),
            hooks.patch(torch.optim.Optimizer, "__init__", wrap_init),
            hooks.patch(torch.amp.GradScaler, "step", wrap_scaler),
        ]


def run(path: Path, at: set[int] | None, until: str = "step") -> Seen:
    """Runs a program; with `at` None without us. Weights are those of its models at its end."""
    rehearsal = Rehearsal(set(at or ()), until)
    removers = rehearsal.arm() if at is not None else []
    module = types.ModuleType("__main__")
    module.__file__ = str(path)
    out = io.StringIO()
    old = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    finally:
        sys.modules["__main__"] = old
        for remove in removers:
            remove()
    seen = rehearsal.seen
    seen.out = out.getvalue()
    models = [v for v in vars(module).values() if isinstance(v, torch.nn.Module)]
    seen.weights = [raw(t) for m in models for t in m.state_dict().values()]
    return seen
