"""Another number of threads: sums are split elsewhere, so they are rounded otherwise."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import Any

import torch

from numsan.watch import hooks
from numsan.watch.factors.setting import Setting


@contextlib.contextmanager
def threaded(setting: Setting) -> Generator[None]:
    """`value` threads, whatever the program asks for."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def set_num_threads(number: int) -> None:
            return

        return set_num_threads

    before, setting.touched = torch.get_num_threads(), setting.touched + 1
    torch.set_num_threads(int(setting.value))
    remove = hooks.patch(torch, "set_num_threads", wrap)
    try:
        yield
    finally:
        remove()
        torch.set_num_threads(before)
