"""A GradScaler that begins with another loss scale: 1, or a fraction of what it was told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch

from numsan.watch import hooks
from numsan.watch.factors.setting import Setting, undone


def scaled(setting: Setting) -> AbstractContextManager[None]:
    """`value` 1 is the scale itself; below 1 it is a factor."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def __init__(scaler: Any, *args: Any, **kwargs: Any) -> None:
            original(scaler, *args, **kwargs)
            setting.touched += 1
            scaler._init_scale = 1.0 if setting.value == 1 else scaler._init_scale * setting.value

        return __init__

    return undone([hooks.patch(torch.amp.GradScaler, "__init__", wrap)])
