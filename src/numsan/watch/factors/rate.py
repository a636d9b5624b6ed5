"""A smaller learning rate from some step on. At rate 0 the weights stay, so later batches meet an earlier state."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import torch

from numsan.watch import hooks
from numsan.watch.factors.setting import Setting, undone


def slowed(setting: Setting) -> AbstractContextManager[None]:
    """The rate is what the program says times `value` for the time of each step, so that schedulers see their own."""
    own: list[tuple[dict[str, Any], Any]] = []

    def before(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        if setting.begun:
            setting.touched += 1
            own[:] = [(group, group["lr"]) for group in optimizer.param_groups if "lr" in group]
            for group, rate in own:
                group["lr"] = rate * setting.value

    def after(*_: Any) -> None:
        for group, rate in own:
            group["lr"] = rate
        own.clear()

    return undone(hooks.on_optimizer_step(before, after))
