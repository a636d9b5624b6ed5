"""One watched run from start to end: arm, run the program, on a trip replay and diagnose, report. The only module of
`watch` that knows `diagnose` and `report`."""

from __future__ import annotations

import os
import sys
import time

from numsan.core.config import RunOptions
from numsan.core import restore
from numsan.core.finding import Report, Signal
from numsan.watch import launch, rerun
from numsan.watch.recorder import Recorder
from numsan.watch.sentinel import Sentinel, Trip
from numsan.watch.source import caller_site, user_frames

FAILED = 3


class Session:
    """State of one run. With NUMSAN_RERUN_STEP it is a re-execution: traced at that step."""

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        self.report: Report | None = None
        self.pid = os.getpid()
        self.recorder: Recorder | None = None
        self.sentinel = Sentinel(self.on_trip)
        self.armed = rerun.asked()
        self.started = time.monotonic()

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
        if self.recorder is not None:
            self.recorder.__exit__(None, None, None)
        self.report = self.diagnose(trip)
        if self.armed is not None:
            self.answer()
        if self.recorder is None:
            data = rerun.again(self.options, trip.step, 60 + 2 * (time.monotonic() - self.started))
            if data is not None:
                self.report = restore.report(data)
        raise SystemExit(FAILED)

    def diagnose(self, trip: Trip) -> Report:
        from numsan.diagnose.analyse import analyse
        from numsan.diagnose.case import Case

        recorder = self.recorder
        target = recorder.value_of(trip.tensor) if recorder is not None and trip.tensor is not None else None
        made = self.sentinel.optimizers.get(trip.optimizer) if trip.optimizer is not None else None
        case = Case(
            trip=trip, recorder=recorder, target=target, history=list(self.sentinel.history),
            made=made.site if made else None, stepped=caller_site(), stale_gradients=self.sentinel.stale_gradients,
            frames=user_frames(sys._getframe()),
        )  # fmt: skip
        findings = analyse(case)
        return Report(
            status="failed", script=self.options.script or self.options.module or "", steps=self.sentinel.step,
            failed_step=trip.step, first_signal=Signal(what=trip.what, where=trip.where), findings=tuple(findings),
        )  # fmt: skip

    def arm_when_due(self) -> None:
        if self.recorder is None and self.armed is not None and self.armed.step == self.sentinel.step:
            self.recorder = Recorder()
            self.recorder.__enter__()

    def answer(self) -> None:
        """Ends a re-execution: only its report matters."""
        from numsan.report import json as report_json

        assert self.armed is not None and self.report is not None
        report_json.write(self.report, self.armed.out)
        os._exit(0)


def run(options: RunOptions) -> int:
    try:
        code, module = launch.prepare(options)
    except launch.BadProgram as error:
        print(f"numsan: {error}", file=sys.stderr)
        return 2
    session = Session(options)
    session.sentinel.after_step.append(session.arm_when_due)
    session.sentinel.arm()
    session.arm_when_due()
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
