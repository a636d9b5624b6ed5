"""No autocast: what it made half is computed in the format of the weights."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch

from numsan.watch import hooks
from numsan.watch.factors.setting import Setting, undone


def without_autocast(setting: Setting) -> AbstractContextManager[None]:
    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def __enter__(block: Any) -> Any:
            setting.touched += bool(block._enabled)
            block._enabled = False
            return original(block)

        return __enter__

    return undone([hooks.patch(torch.autocast, "__enter__", wrap)])
