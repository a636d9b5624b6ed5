"""Run a program unchanged and note its first optimizer step with a non-finite loss, gradient or weight.

    PROBE_OUT=seen.json python probe.py train.py [its arguments]

Independent of numsan on purpose: it is the witness that numsan's reports are compared with. Steps are
completed `optimizer.step()` calls over all optimizers, from 0: one that a `GradScaler` skips does not count.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import runpy
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.optim.optimizer import (
    Optimizer,
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)


@dataclass
class Seen:
    """What the run has shown so far."""

    steps: int = 0
    backwards: int = 0
    first_bad: int | None = None
    bad_what: str | None = None
    last_loss: str | None = None

    def bad(self, what: str) -> None:
        if self.first_bad is None:
            self.first_bad, self.bad_what = self.steps, what


def parameters(optimizer: Optimizer) -> list[torch.Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def gradients(optimizer: Optimizer) -> list[torch.Tensor]:
    found = [p.grad for p in parameters(optimizer) if p.grad is not None]
    return [g.coalesce().values() if g.is_sparse else g for g in found]


def finite(tensors: list[torch.Tensor]) -> bool:
    return all(bool(torch.isfinite(t).all()) for t in tensors)


def attach(seen: Seen) -> None:
    """Hook every optimizer and `Tensor.backward` of this process so that `seen` follows the run."""
    plain_backward = torch.Tensor.backward

    def before_step(optimizer: Optimizer, *_: Any) -> None:
        if not finite(gradients(optimizer)):
            seen.bad("gradient")
        elif not finite(parameters(optimizer)):
            seen.bad("weight")

    def after_step(optimizer: Optimizer, *_: Any) -> None:
        if not finite(parameters(optimizer)):
            seen.bad("weight")
        seen.steps += 1

    def backward(self: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        seen.backwards += 1
        if self.numel() == 1:
            loss = float(self.detach())
            seen.last_loss = str(loss)
            if not math.isfinite(loss):
                seen.bad("loss")
        return plain_backward(self, *args, **kwargs)

    register_optimizer_step_pre_hook(before_step)
    register_optimizer_step_post_hook(after_step)
    torch.Tensor.backward = backward


def main() -> None:
    seen = Seen()
    owner = os.getpid()

    def write() -> None:
        if os.getpid() == owner:  # a forked data-loader worker inherits this handler
            Path(os.environ["PROBE_OUT"]).write_text(json.dumps(asdict(seen)))

    atexit.register(write)
    attach(seen)
    sys.argv = sys.argv[1:]
    sys.path.insert(0, str(Path(sys.argv[0]).resolve().parent))
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
