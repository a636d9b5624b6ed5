"""Several processes train together: each replays alone, writes under its own name, and waits a moment for the others."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist

from numsan.watch import hooks
from numsan.watch.modules import live_modules

_PATIENCE = 10.0  # seconds that a launcher leaves the other ranks to write their reports
_FLAGS = ("require_backward_grad_sync", "require_forward_param_sync")


def count() -> int:
    """Number of ranks of the default group, 1 where there is none."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def launched() -> int:
    """Number of processes that a launcher such as torchrun says it started."""
    size = os.environ.get("WORLD_SIZE", "1")
    return int(size) if size.isdigit() else 1


@contextlib.contextmanager
def alone() -> Generator[None, None, None]:
    """Data-parallel models compute their own gradients only: no rank waits for one that does not replay.

    So a replay shows whose data failed; and gradients are traced, which in the reducer's buckets they are not.
    """
    wrapped = [m for m in live_modules() if isinstance(m, torch.nn.parallel.DistributedDataParallel)]
    before = [(m, flag, getattr(m, flag)) for m in wrapped for flag in _FLAGS]
    for module, flag, _ in before:
        setattr(module, flag, False)
    try:
        yield
    finally:
        for module, flag, value in before:
            setattr(module, flag, value)


def own_path(path: str) -> str:
    """The path itself for rank 0, `r.rank1.json` for `r.json` on rank 1."""
    rank = os.environ.get("RANK", "0")
    stem, extension = os.path.splitext(path)
    return path if rank == "0" or not rank.isdigit() else f"{stem}.rank{rank}{extension}"


class Farewell:
    """A launcher ends all ranks when one ends: so none ends before the others that failed have reported."""

    def __init__(self) -> None:
        self.ranks, self.rank = count(), dist.get_rank() if count() > 1 else 0
        self.store: Any = hooks.default_store() if self.ranks > 1 else None

    def wait(self) -> None:
        if self.store is None:
            return
        with contextlib.suppress(RuntimeError, ValueError):  # a rank that does not come, a store that is gone
            self.store.set(f"numsan/{self.rank}", "reported")
            others = [f"numsan/{r}" for r in range(self.ranks)]
            self.store.wait(others, timedelta(seconds=_PATIENCE))
