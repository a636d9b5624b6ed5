"""How long a step takes: where it is so short that the tape's marks would show, the tape rests."""

from __future__ import annotations

import time
from collections import deque

_EVERY, _SAMPLE = 128, 8  # steps: how often the pace is taken, and over how many
_REST_AFTER = 1024  # steps that are always marked
_SHORT = 1e-3  # seconds a step below which the tape's marks, about 50 us, would show


class Pace:
    def __init__(self) -> None:
        self.resting = False
        self._began = time.perf_counter()
        self._recent: deque[float] = deque(maxlen=4)  # seconds a step

    def after(self, step: int) -> bool:
        """Whether the tape comes to rest with this step: a failure is then re-executed instead."""
        phase = step % _EVERY
        if phase == 0:
            self._began = time.perf_counter()
        if phase != _SAMPLE:
            return False
        self._recent.append((time.perf_counter() - self._began) / _SAMPLE)
        before, self.resting = self.resting, step >= _REST_AFTER and min(self._recent) < _SHORT
        return self.resting and not before
