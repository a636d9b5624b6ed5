"""What only a re-execution can answer: the step itself where it does not repeat in place, where data first went bad."""

from __future__ import annotations

import os
import time
from typing import Any

from numsan.core.config import RunOptions
from numsan.watch import rerun
from numsan.watch.births import LineWatch
from numsan.watch.loader import Batches, dataset_index, indices_of
from numsan.watch.rerun import Request
from numsan.watch.standby import Standby

_TELLING = 10  # steps from which on their average time says something


class Again:
    """Asks for re-executions; every method gives nothing where the program cannot be run again in time."""

    def __init__(self, options: RunOptions, batches: Batches) -> None:
        self.options, self.batches = options, batches
        self.standby: Standby | None = None
        self.started = time.monotonic()
        self.step = 0  # that failed
        self.took = 0.0  # seconds up to it
        self.folder = os.getcwd()  # the program may change it

    def failed(self, step: int) -> None:
        self.step, self.took = step, time.monotonic() - self.started

    def patience(self) -> float:
        return 60 + 2 * (time.monotonic() - self.started)

    def allowance(self, wanted: float | None) -> float:
        """Seconds for experiments: those of 100 ordinary steps, and 60 at least, unless the user said otherwise."""
        if wanted is not None:
            return wanted
        known = self.step >= _TELLING  # before that, the time went into imports and data
        return max(60.0, 100 * (time.monotonic() - self.started) / self.step) if known else 60.0

    def ask(self, **request: Any) -> Any:
        return rerun.again(self.options, self.standby, Request(**request), self.patience())

    def rewritten(self, files: dict[str, str], seconds: float) -> dict[str, Any] | None:
        """How the program runs with these files (full paths) rewritten."""
        request = Request(step=self.step, mode="rewritten", files=files, seconds=seconds)
        return rerun.again(self.options, self.standby, request, seconds + 10)

    def changed(self, factor: str, seconds: float, **how: Any) -> dict[str, Any] | None:
        """How the program runs with one factor changed: `how` are `value`, `since`, `until` and `samples`."""
        request = Request(step=self.step, mode="rewritten", factor=factor, seconds=seconds, **how)
        return rerun.again(self.options, self.standby, request, seconds + 1)

    def traced(self, since: int) -> dict[str, Any] | None:
        """The report of a run whose step `since` and all after it are traced: `report` is None if none failed."""
        return self.ask(step=since)

    def births(self, samples: tuple[int, ...]) -> list[dict[str, Any]]:
        """First appearances of non-finite arrays: while the bad samples are fetched again, else in the set-up."""
        wanted = set(samples[:8])
        batch = next((b for b in reversed(self.batches.recent) if wanted & {*indices_of(b)}), None)
        if batch is not None:
            with LineWatch(scalars=True) as lines:
                for index in batch.indices:
                    if dataset_index(batch.dataset, index) in wanted:
                        batch.collate([batch.dataset[index]])
            if lines.births and not lines.at_rest:
                return [{**b, "sample": True} for b in lines.dump()]
        return self.ask(step=self.step, mode="births") or []

    def outlier(self, step: int) -> dict[str, Any] | None:
        """The most outlying value that step `step` read, and the first line of the program that held it."""
        found = self.ask(step=step, mode="outliers")
        if found:
            found["births"] = self.ask(step=step, mode="births", level=0.5 * abs(found["largest"])) or []
        return found
