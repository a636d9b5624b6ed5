"""How long experiments may take together, and how many run side by side."""

from __future__ import annotations

import os
import time

import torch


class Budget:
    """`left` falls to 0 and stays there."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return max(0.0, self._until - time.monotonic())

    def share(self, part: float) -> Budget:
        """A part of what is left."""
        return Budget(self.left * part)


def side_by_side() -> int:
    """Copies of the program that do not slow each other down."""
    return max(1, (os.cpu_count() or 1) // max(1, torch.get_num_threads()))
