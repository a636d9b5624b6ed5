"""Eager instead of compiled: a failure that only compiled code has is none of the expression's."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from numsan.watch import hooks
from numsan.watch.factors.setting import Setting


@contextlib.contextmanager
def eager(setting: Setting) -> Generator[None]:
    setting.touched += 1
    with hooks.eager_stance():
        yield
