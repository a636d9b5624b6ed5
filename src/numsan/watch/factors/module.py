"""One module in float32, in a model that is half or under autocast: whether the format of this module alone is to blame."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import torch
from torch.func import functional_call

from numsan.watch import hooks
from numsan.watch.factors.setting import Setting, undone
from numsan.watch.modules import live_modules, qualified_names

_HALF = (torch.float16, torch.bfloat16)
_DEVICES = ("cpu", "cuda")


def module_in_float32(setting: Setting) -> AbstractContextManager[None]:
    """The module is known by its path in the model, which may be made later."""
    names: dict[int, str] = {}
    inside: list[torch.nn.Module] = []

    def meant(module: torch.nn.Module) -> bool:
        if id(module) not in names:
            names.update(qualified_names(live_modules()))
        return names.setdefault(id(module), "") == setting.module and module not in inside

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def __call__(module: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
            if not setting.begun or torch.compiler.is_compiling() or not meant(module):
                return original(module, *args, **kwargs)
            setting.touched += 1
            inside.append(module)
            try:
                return _in_float32(module, args, kwargs)
            finally:
                inside.pop()

        return __call__

    return undone([hooks.patch(torch.nn.Module, "__call__", wrap)])


def _in_float32(module: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Under autocast the result may stay float32; a model whose weights are half wants its own format back."""
    own = itertools.chain(module.named_parameters(), module.named_buffers())
    narrow = {name: t for name, t in own if t.dtype in _HALF}
    casting = any(torch.is_autocast_enabled(device) for device in _DEVICES)
    with contextlib.ExitStack() as stack:
        for device in _DEVICES:
            if torch.is_autocast_enabled(device):
                stack.enter_context(torch.autocast(device, enabled=False))
        wide = {name: t.float() for name, t in narrow.items()}
        out = functional_call(module, wide, *hooks.tree_map(_widened, (args, kwargs)))
    formats = {t.dtype for t in narrow.values()}
    return out if casting or len(formats) != 1 else hooks.tree_map(partial(_as, formats.pop()), out)


def _widened(x: Any) -> Any:
    return x.float() if isinstance(x, torch.Tensor) and x.dtype in _HALF else x


def _as(dtype: torch.dtype, x: Any) -> Any:
    return x.to(dtype) if isinstance(x, torch.Tensor) and x.dtype == torch.float32 else x
