"""Buffers that were finite and are so no more: running statistics, moving averages, queues of past features.

A mask holds -inf and an observer starts at inf, rightly: only a change counts. Infinities that the program itself puts
into an ordinary buffer count neither; NaN does, and so does anything not finite in the statistics of a norm layer.
"""

from __future__ import annotations

import math
import weakref

import torch

from numsan.watch import hooks
from numsan.watch.trips import all_finite, fused_norms

Known = dict[str, tuple[int, int, bool]]
"""For the name of a buffer: which tensor it was at the last look, its version, whether it was finite."""


class Buffers:
    """Those of every module constructed while armed. An unchanged buffer is not read again, except the statistics of
    norm layers, which torch updates without a new version."""

    def __init__(self) -> None:
        self._known: weakref.WeakKeyDictionary[torch.nn.Module, Known] = weakref.WeakKeyDictionary()

    def arm(self) -> hooks.Remove:
        return hooks.on_buffer(lambda module: self._known.setdefault(module, {}))

    def first_bad(self) -> torch.Tensor | None:
        changed = [
            (module, known, name, buffer)
            for module, known in list(self._known.items())
            for name, buffer in hooks.floating_buffers(module)
            if hooks.is_norm(module) or known.get(name, ())[:2] != (id(buffer), buffer._version)
        ]
        norms = fused_norms([buffer for *_, buffer in changed])
        found: torch.Tensor | None = None
        for (module, known, name, buffer), norm in zip(changed, norms, strict=True):
            before = known.get(name)
            finite = math.isfinite(norm) or all_finite(buffer)
            known[name] = (id(buffer), buffer._version, finite)
            if not finite and found is None and before is not None and before[2] and _counts(module, buffer):
                found = buffer
        return found


def _counts(module: torch.nn.Module, buffer: torch.Tensor) -> bool:
    return hooks.is_norm(module) or bool(torch.isnan(buffer).any())
