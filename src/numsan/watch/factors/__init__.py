"""One thing that a copy of the program does differently, one file for each; everything else stays as it was."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from numsan.watch.factors.autocast import without_autocast
from numsan.watch.factors.batches import other_batch, without_samples
from numsan.watch.factors.clipping import clipped, unclipped
from numsan.watch.factors.determinism import deterministic, uninitialised_filled
from numsan.watch.factors.eager import eager
from numsan.watch.factors.float64 import in_float64
from numsan.watch.factors.loss_scale import scaled
from numsan.watch.factors.module import module_in_float32
from numsan.watch.factors.moments import forgotten
from numsan.watch.factors.rate import slowed
from numsan.watch.factors.setting import Setting
from numsan.watch.factors.threads import threaded

__all__ = ["FACTORS", "Setting", "changed"]
Factor = Callable[[Setting], AbstractContextManager[Any]]

FACTORS: dict[str, Factor] = {
    "none": lambda setting: contextlib.nullcontext(),
    "float64": in_float64,
    "autocast-off": without_autocast,
    "module-float32": module_in_float32,
    "eager": eager,
    "deterministic": deterministic,
    "filled": uninitialised_filled,
    "threads": threaded,
    "scale": scaled,
    "rate": slowed,
    "clipped": clipped,
    "unclipped": unclipped,
    "moments": forgotten,
    "without-samples": without_samples,
    "other-batch": other_batch,
}


def changed(name: str, setting: Setting) -> AbstractContextManager[Any]:
    """The program as it runs inside this context differs by the factor of this name."""
    return FACTORS[name](setting)
