"""One watched run from start to end: arm, run the program, on a trip replay and diagnose, report. The only module of
`watch` that knows `diagnose` and `report`."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, NoReturn

from numsan.core import restore
from numsan.core.config import RunOptions
from numsan.core.finding import Report, Signal
from numsan.core.trace import Site
from numsan.watch import launch, modules, rerun
from numsan.watch.births import LineWatch
from numsan.watch.loader import Batches, dataset_index
from numsan.watch.returns import assignment_of_lr
from numsan.watch.sentinel import Made, Sentinel, Trip
from numsan.watch.source import caller_site, user_frames
from numsan.watch.tracing import Tracing

FAILED = 3


class Session:
    """State of one run. A re-execution (`armed`) traces one step, or watches the set-up, and ends there."""

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        self.report: Report | None = None
        self.pid = os.getpid()
        self.started = time.monotonic()
        self.armed = rerun.asked()
        self.tracing: Tracing | None = None
        self.lines: LineWatch | None = None
        self.batches = Batches()
        self.sentinel = Sentinel(self.on_trip)

    def start(self) -> None:
        if self.armed is not None:
            self.sentinel.after_step.append(self.when_due)
            if self.armed.mode == "births":
                self.lines = LineWatch()
                self.lines.__enter__()
            self.when_due()
        self.sentinel.arm()
        self.sentinel.removers += self.batches.arm()

    def when_due(self) -> None:
        assert self.armed is not None
        if self.armed.step != self.sentinel.step or self.tracing is not None:
            return
        if self.armed.mode == "trace":
            self.tracing = Tracing().__enter__()

    def say(self, text: str) -> None:
        if not self.options.quiet:
            try:
                print(f"numsan: {text}", file=sys.__stderr__, flush=True)
            except (OSError, ValueError):  # closed pipe
                pass

    def on_trip(self, trip: Trip) -> None:
        if os.getpid() != self.pid:
            return
        self.sentinel.disarm()
        if self.tracing is not None:
            self.tracing.__exit__(None, None, None)
        if self.lines is not None:
            self.lines.__exit__()
            self.answer(self.lines.dump())
        frames = user_frames(sys._getframe(1))
        if self.armed is not None:
            self.answer(_json(self.diagnose(trip, self.tracing, frames)))
        self.say(f"{trip.what} is not finite at step {trip.step}; running the program again up to that step")
        data = rerun.again(self.options, trip.step, self.patience())
        self.report = restore.report(data) if data is not None else self.diagnose(trip, None, frames)
        raise SystemExit(FAILED)

    def patience(self) -> float:
        return 60 + 2 * (time.monotonic() - self.started)

    def births(self, samples: tuple[int, ...]) -> list[dict[str, Any]]:
        """First appearances of non-finite arrays: while the bad samples are fetched again, else in the set-up."""
        batch = self.batches.recent[-1] if self.batches.recent else None
        if batch is not None:
            with LineWatch(scalars=True) as lines:
                for index in batch.indices:
                    if dataset_index(batch.dataset, index) in samples[:8]:
                        batch.dataset[index]
            if lines.births:
                return [{**b, "sample": True} for b in lines.dump()]
        return rerun.again(self.options, self.sentinel.step, self.patience(), "births") or []

    def diagnose(self, trip: Trip, tracing: Tracing | None, frames: list[Any]) -> Report:
        from numsan.diagnose.analyse import analyse
        from numsan.diagnose.case import Case

        recorder = tracing.recorder if tracing is not None else None
        target = recorder.value_of(trip.tensor) if recorder is not None and trip.tensor is not None else None
        buffers = self.label_leaves(tracing)
        made = self.made(trip)
        batch = self.batches.recent[-1] if self.batches.recent else None
        case = Case(
            trip=trip, recorder=recorder, target=target, history=list(self.sentinel.history),
            made=made.site if made else None, stepped=caller_site(), stepped_first=made.stepped if made else None,
            stale_gradients=self.sentinel.stale_gradients, frames=frames,
            direct_step=trip.scaled and not trip.through_scaler, rate_site=self.rate_site(tracing, frames),
            buffers=buffers, applied=tracing.applied.calls if tracing is not None else {},
            batch_indices=[dataset_index(batch.dataset, i) for i in batch.indices] if batch else None,
        )  # fmt: skip
        findings = analyse(case, self.births)
        return Report(
            status="failed", script=self.options.script or self.options.module or "", steps=self.sentinel.step,
            failed_step=trip.step, first_signal=Signal(what=trip.what, where=trip.where), findings=tuple(findings),
        )  # fmt: skip

    def label_leaves(self, tracing: Tracing | None) -> frozenset[str]:
        """Names what the step read: parameters and buffers. Gives the names of buffers."""
        if tracing is None:
            return frozenset()
        live = modules.live_modules()
        buffers = modules.buffer_names(live)
        for value in tracing.recorder.leaves.values():
            if value.tensor is not None and value.tensor.numel():
                value.label = buffers.get(value.tensor.data_ptr(), value.label)
        return frozenset(buffers.values())

    def made(self, trip: Trip) -> Made | None:
        optimizer = trip.optimizer or (self.sentinel.last() if self.sentinel.last is not None else None)
        if optimizer is None:
            optimizer = next(iter(self.sentinel.optimizers), None)
        return self.sentinel.optimizers.get(optimizer) if optimizer is not None else None

    def rate_site(self, tracing: Tracing | None, frames: list[Any]) -> Site | None:
        """Which line of the user's code gave the current learning rate."""
        rate = next((n.lr for n in reversed(self.sentinel.history) if n.lr is not None), None)
        optimizer = self.sentinel.last() if self.sentinel.last is not None else None
        now = optimizer.param_groups[0].get("lr") if optimizer is not None else rate
        found = tracing.returns.site_of(now) if tracing is not None and isinstance(now, float) else None
        if found is not None:
            return found
        for frame in frames:
            site = assignment_of_lr(frame.f_code.co_filename)
            if site is not None:
                return site
        return None

    def answer(self, data: Any) -> NoReturn:
        """Ends a re-execution: only its answer matters."""
        assert self.armed is not None
        with open(self.armed.out, "w", encoding="utf-8") as file:
            json.dump(data, file)
        os._exit(0)


def _json(report: Report) -> dict[str, Any]:
    from numsan.report.json import to_dict

    return to_dict(report)


def run(options: RunOptions) -> int:
    try:
        code, module = launch.prepare(options)
    except launch.BadProgram as error:
        print(f"numsan: {error}", file=sys.stderr)
        return 2
    session = Session(options)
    session.start()
    status = launch.execute(code, module)
    session.sentinel.finish()
    return finish(session, status)


def finish(session: Session, status: int) -> int:
    from numsan.report import json as report_json
    from numsan.report import text

    options = session.options
    report = session.report or Report(
        status="healthy", script=options.script or options.module or "", steps=session.sentinel.step
    )
    if options.json_path:
        report_json.write(report, options.json_path)
    if not (options.quiet and report.status == "healthy"):
        text.show(report, sys.stderr)
    return FAILED if report.status == "failed" else status
