"""Hand-written `autograd.Function`s of a replayed step, with their arguments."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import torch

from numsan.watch import hooks
from numsan.watch.source import is_user_file


class Applied:
    """Notes the arguments of every `Function.apply` of user code while a step is replayed."""

    def __init__(self) -> None:
        self.calls: dict[type, tuple[Any, ...]] = {}
        self._remove: hooks.Remove | None = None

    def __enter__(self) -> Applied:
        calls = self.calls
        original = torch.autograd.Function.__dict__["apply"]

        def apply(cls: type, *args: Any, **kwargs: Any) -> Any:
            if cls not in calls and _is_users(cls):
                calls[cls] = tuple(a.detach().clone() if isinstance(a, torch.Tensor) else a for a in args)
            return original.__func__(cls, *args, **kwargs)

        torch.autograd.Function.apply = classmethod(apply)  # pyright: ignore[reportAttributeAccessIssue]

        def remove() -> None:
            torch.autograd.Function.apply = original

        self._remove = remove
        return self

    def __exit__(self, *_: object) -> None:
        if self._remove is not None:
            self._remove()


def _is_users(cls: type) -> bool:
    return cls.__module__ in sys.modules and is_user_file(inspect.getfile(cls))
