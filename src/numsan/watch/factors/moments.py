"""An optimizer that forgets at one step: its moments are 0 again, as before the first step."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import torch

from numsan.watch import hooks
from numsan.watch.factors.setting import Setting, undone


def forgotten(setting: Setting) -> AbstractContextManager[None]:
    done: set[int] = set()

    def before(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        if not setting.begun or id(optimizer) in done:
            return
        done.add(id(optimizer))
        for state in list(optimizer.state.values()):
            for name, value in list(state.items()):
                if isinstance(value, torch.Tensor):
                    value.zero_()
                    setting.touched += 1
                elif name == "step":
                    state[name] = 0

    return undone(hooks.on_optimizer_step(before, lambda *_: None))
