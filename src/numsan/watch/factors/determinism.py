"""Deterministic algorithms, and memory that nobody initialised filled with NaN: two switches of torch, apart here."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Any

import torch

from numsan.watch.factors.setting import Setting


def deterministic(setting: Setting) -> contextlib.AbstractContextManager[None]:
    """Without the filling that torch turns on with them: it makes failures of its own."""
    return _deterministic(setting, fill=False)


def uninitialised_filled(setting: Setting) -> contextlib.AbstractContextManager[None]:
    return _deterministic(setting, fill=True)


@contextlib.contextmanager
def _deterministic(setting: Setting, *, fill: bool) -> Generator[None]:
    setting.touched += 1
    before = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    filling: Any = torch.utils.deterministic
    filled = filling.fill_uninitialized_memory
    filling.fill_uninitialized_memory = fill
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
        filling.fill_uninitialized_memory = filled
