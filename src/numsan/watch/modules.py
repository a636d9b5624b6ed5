"""Module paths during a replay, by the global forward hooks (never installed on the hot path)."""

from __future__ import annotations

import gc
from typing import Any

import torch
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from numsan.watch import hooks


def live_modules() -> list[torch.nn.Module]:
    return [o for o in gc.get_objects() if _is_module(o)]


def _is_module(obj: Any) -> bool:
    return (
        issubclass(type(obj), torch.nn.Module) and "_modules" in obj.__dict__
    )  # isinstance would ask lazy proxies


def qualified_names(modules: list[torch.nn.Module]) -> dict[int, str]:
    """Path of every module below its outermost owner, as in `state_dict`."""
    owned = {id(child) for m in modules for child in hooks.children(m)}
    names: dict[int, str] = {}
    for root in modules:
        if id(root) not in owned:
            for name, module in hooks.named_modules(root):
                names.setdefault(id(module), name)
    return names


def tensor_names(modules: list[torch.nn.Module]) -> dict[int, str]:
    """`encoder.0.weight` for the id of every parameter and buffer."""
    paths = qualified_names(modules)
    names: dict[int, str] = {}
    for module in modules:
        path = paths.get(id(module), "")
        for name, tensor in hooks.own_tensors(module):
            names[id(tensor)] = f"{path}.{name}" if path else name
    return names


def buffer_names(modules: list[torch.nn.Module]) -> dict[int, str]:
    """As `tensor_names`, of buffers only, keyed by the address of their numbers."""
    names = tensor_names(modules)
    return {b.data_ptr(): names[id(b)] for m in modules for b in hooks.own_buffers(m) if id(b) in names}


class ModuleStack:
    """`current` is the path of the module whose forward is running."""

    def __init__(self) -> None:
        self._names = qualified_names(live_modules())
        self._stack: list[str] = []
        self._handles: list[Any] = []

    @property
    def current(self) -> str:
        return self._stack[-1] if self._stack else ""

    def __enter__(self) -> ModuleStack:
        self._handles = [
            register_module_forward_pre_hook(self._push),
            register_module_forward_hook(self._pop, always_call=True),
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()
        self._stack.clear()

    def _push(self, module: torch.nn.Module, _args: Any) -> None:
        self._stack.append(self._names.get(id(module), type(module).__name__))

    def _pop(self, *_: Any) -> None:
        if self._stack:
            self._stack.pop()
