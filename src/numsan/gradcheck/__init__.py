"""Is this gradient right? Directional derivatives with error bars, at a cost that does not grow with the
parameters."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from numsan.gradcheck.check import gradcheck as gradcheck
from numsan.gradcheck.slopes import GradReport as GradReport
from numsan.gradcheck.slopes import Slope as Slope


class _Callable(ModuleType):
    """So that `numsan.gradcheck(f, x)` works beside `from numsan.gradcheck import gradcheck`."""

    def __call__(self, *args: Any, **kwargs: Any) -> GradReport:
        return gradcheck(*args, **kwargs)


sys.modules[__name__].__class__ = _Callable
