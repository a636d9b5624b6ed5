"""Gradients clipped before every step, or never clipped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch

from numsan.watch import hooks
from numsan.watch.factors.setting import Setting, undone


def clipped(setting: Setting) -> AbstractContextManager[None]:
    """To the norm `value`; what is not finite stays so."""

    def before(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        if setting.begun:
            norm = torch.nn.utils.clip_grad_norm_(hooks.parameters([optimizer]), setting.value)
            setting.touched += bool(norm > setting.value)

    return undone(hooks.on_optimizer_step(before, lambda *_: None))


def unclipped(setting: Setting) -> AbstractContextManager[None]:
    """torch's own clipping by norm still measures, but changes nothing."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def clip_grad_norm_(parameters: Any, max_norm: float, *args: Any, **kwargs: Any) -> Any:
            setting.touched += 1
            limit = float("inf") if setting.begun else max_norm
            return original(parameters, limit, *args, **kwargs)

        return clip_grad_norm_

    places = (torch.nn.utils, torch.nn.utils.clip_grad)
    return undone([hooks.patch(place, "clip_grad_norm_", wrap) for place in places])
