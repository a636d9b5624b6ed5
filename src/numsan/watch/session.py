"""One watched run from start to end: arm, run the program, on a trip replay and diagnose, report. The only module of
`watch` that knows `diagnose` and `report`."""

from __future__ import annotations

import _thread
import contextlib
import inspect
import os
import sys
import threading
import time
from dataclasses import replace
from typing import Any, NoReturn

from numsan.core import restore
from numsan.core.config import RunOptions
from numsan.core.finding import Proof, Report, Signal
from numsan.core.trace import StepNorms
from numsan.diagnose.gather import case_of, outlier_in, report_of
from numsan.watch import launch, ranks, rerun
from numsan.watch.births import LineWatch
from numsan.watch.loader import Batches, dataset_index, indices_of
from numsan.watch.replays import Replayed, replay_in_place
from numsan.watch.rewind import Tape
from numsan.watch.sentinel import WEIGHTS_EVERY, Sentinel
from numsan.watch.source import user_frames
from numsan.watch.store import Store
from numsan.watch.tracing import Tracing
from numsan.watch.trips import Made, Trip
from numsan.watch.waiting import Waiting

FAILED = 3
_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Session:
    """State of one run. A re-execution (`armed`) traces one step, or watches the set-up, and ends there."""

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        self.report: Report | None = None
        self.unwatched = False  # a fault ended the watching
        self.pid = os.getpid()
        self.started = time.monotonic()
        self.armed = rerun.asked()
        self.tracing: Tracing | None = None
        self.lines: LineWatch | None = None
        self.waiting: Waiting | None = None
        self.batches = Batches()
        self.farewell: ranks.Farewell | None = None
        watching = self.armed is None and not options.watch_only
        self.tape = Tape(hidden=(_OWN,)) if watching else None
        self.sentinel = Sentinel(self.on_trip, self.tape, **({"weights_every": 1} if self.armed else {}))
        self.sentinel.on_fault, self.sentinel.on_tape_fault = self.on_fault, self.on_tape_fault
        self.store = (
            Store(ranks.own_path(options.out), [self.name, *options.args])
            if options.out and self.armed is None
            else None
        )

    @property
    def name(self) -> str:
        return self.options.script or self.options.module or ""

    def start(self) -> None:
        if self.store is not None:
            self.sentinel.on_norms = self.store.step
        if self.armed is not None:
            self.sentinel.after_step.append(self.when_due)
            self.sentinel.on_norms = self.when_reached
            if self.armed.mode == "births":
                self.lines = LineWatch(level=self.armed.level)
                self.lines.__enter__()
            self.when_due()
        self.sentinel.arm()
        if self.tape is not None:
            self.batches.draw = self.tape.draw
        self.sentinel.removers += self.batches.arm()
        os.register_at_fork(after_in_child=self.sentinel.disarm)

    def end(self) -> None:
        """The program has ended: a last look, at which nothing is raised any more."""
        with contextlib.suppress(SystemExit):
            self.sentinel.look_at_end()
        self.sentinel.disarm()
        if self.waiting is not None:
            self.waiting.close()

    def when_due(self) -> None:
        """In a re-execution: from the step in question on, everything is traced."""
        assert self.armed is not None
        if self.armed.step == self.sentinel.step and self.tracing is None and self.armed.mode != "births":
            self.tracing = Tracing([]).__enter__()

    def when_reached(self, norms: StepNorms) -> None:
        """In a re-execution that looks at a step which did not fail: its gradients are there."""
        assert self.armed is not None
        if self.armed.mode == "trace" and norms.step > self.armed.step + WEIGHTS_EVERY:
            rerun.reply(self.armed, {"report": None})
        if norms.step < self.armed.step or self.armed.mode == "trace":
            return
        if self.lines is not None:
            self.lines.__exit__()
            rerun.reply(self.armed, self.lines.dump())
        if self.tracing is not None:
            self.tracing.__exit__(None, None, None)
            rerun.reply(self.armed, outlier_in(self, self.tracing, user_frames(inspect.currentframe())))

    def say(self, text: str) -> None:
        if not self.options.quiet and self.armed is None:
            say(text)

    def on_tape_fault(self, error: BaseException) -> None:
        self.tape = None
        self.say(f"steps cannot be repeated in place here ({error!r}); a failure will run the program again")

    def on_fault(self, error: BaseException) -> None:
        """Said whatever `--quiet` says: from here on nobody watches."""
        self.unwatched = True
        if self.armed is None:
            say(f"a fault of its own ({error!r}) has disarmed it; the program goes on unwatched")

    def on_trip(self, trip: Trip) -> None:
        if os.getpid() != self.pid:
            return
        if self.options.watch_only and self.armed is None:
            self.note(trip)
            return
        frames = user_frames(inspect.currentframe())
        if self.waiting is not None:
            self.waited(trip, frames)
            return
        self.sentinel.disarm()
        self.farewell = ranks.Farewell()
        if self.armed is not None:
            self.answer(trip, frames)
        try:
            report = self.investigate(trip, frames)
        except Exception as error:  # the failure itself is certain; only its analysis is missing
            say(f"a fault of its own ({error!r}) ended the analysis; please report it")
            report = report_of(self, trip, [])
        self.report = report or report_of(self, trip, [])
        if report is None:
            self.say("the step cannot be repeated; the program goes on, traced, until it happens again")
            self.waiting = Waiting(self, trip)
            return
        self.stop()

    def waited(self, trip: Trip, frames: list[Any]) -> None:
        from numsan.diagnose.analyse import analyse

        assert self.waiting is not None
        tracing = self.waiting.caught(trip)
        if tracing is None:
            return
        self.sentinel.disarm()
        proof = Proof(
            experiment="replay",
            outcome="nonfinite",
            detail=f"not repeatable; traced live at step {trip.step}",
        )
        report = report_of(self, trip, analyse(case_of(self, trip, tracing, frames, (proof,)), self))
        self.report = replace(report, failed_step=self.waiting.first.step)
        self.stop()

    def stop(self) -> NoReturn:
        if threading.current_thread() is not threading.main_thread():
            _thread.interrupt_main()  # it may wait for this thread for ever
        raise SystemExit(FAILED)

    def note(self, trip: Trip) -> None:
        """`--watch-only`: the first failure is noted, the program is left alone."""
        if self.report is None:
            where = f" of {trip.where}" if trip.where else ""
            self.say(f"the {trip.what}{where} is not finite at step {trip.step}; going on (--watch-only)")
            self.report = report_of(self, trip, [])

    def investigate(self, trip: Trip, frames: list[Any]) -> Report | None:
        """In place if the step can be made to repeat, else by running the program again; None if neither can be."""
        from numsan.diagnose.analyse import analyse
        from numsan.diagnose.dynamics import did_not_reproduce

        what = f"{trip.what} of {trip.where}" if trip.where else trip.what
        self.say(f"the {what} is not finite at step {trip.step}; replaying that step")
        replayed = self.in_place(trip) if trip.what != "weight" else None
        if replayed is not None and replayed.faithful and not replayed.tracing.finite:
            case = case_of(self, trip, replayed.tracing, frames, (replayed.proof,))
            return report_of(self, trip, analyse(case, self))
        self.say("the step cannot be repeated in place; running the program again up to it")
        others = len(self.sentinel.optimizers) - 1  # an iteration of several steps is traced from its start
        since = trip.since if trip.what == "weight" else max(trip.step - 2 * others, 0)
        data: dict[str, Any] | None = rerun.again(self.options, since, self.patience())
        if data and data.get("report"):
            again = restore.report(data["report"])
            return self.again(trip, again, data.get("loss"))
        if replayed is not None and not replayed.tracing.finite:
            case = case_of(self, trip, replayed.tracing, frames, (replayed.proof,))
            return report_of(self, trip, analyse(case, self))
        passed = data is not None
        if not passed and (replayed is None or trip.what == "weight"):
            return None
        replays = (3 if replayed is not None else 0) + passed
        return report_of(self, trip, [did_not_reproduce(what, trip.step, replays)])

    def in_place(self, trip: Trip) -> Replayed | None:
        try:
            with ranks.alone():
                return replay_in_place(self.tape, trip, self.made(trip))
        except Exception as error:
            self.say(f"the replay in place broke off ({error!r})")
            return None

    def again(self, trip: Trip, report: Report, loss: str | None) -> Report:
        """A re-execution's findings, with what they prove: the same step failed, with the same loss or not."""
        step = report.failed_step if trip.what == "weight" and report.failed_step is not None else trip.step
        same = report.failed_step == step
        equal = "same loss bit for bit" if same and loss == repr(trip.loss) else "the loss differs"
        proof = Proof(
            experiment="replay", outcome="nonfinite" if same else "different",
            detail=f"program re-executed: failed at step {report.failed_step} ({equal})",
        )  # fmt: skip
        findings = tuple(replace(f, proof=(proof, *f.proof)) for f in report.findings)
        return replace(report, failed_step=step, steps=self.sentinel.step, findings=findings,
                       first_signal=Signal(what=trip.what, where=trip.where))  # fmt: skip

    def patience(self) -> float:
        return 60 + 2 * (time.monotonic() - self.started)

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
        return rerun.again(self.options, self.sentinel.step, self.patience(), "births") or []

    def outlier(self, step: int) -> dict[str, Any] | None:
        """The most outlying value that step `step` read, and the first line of the program that held it."""
        found = rerun.again(self.options, step, self.patience(), "outliers")
        if found:
            births = rerun.again(self.options, step, self.patience(), "births", 0.5 * abs(found["largest"]))
            found["births"] = births or []
        return found

    def made(self, trip: Trip) -> Made | None:
        optimizer = trip.optimizer or (self.sentinel.last() if self.sentinel.last is not None else None)
        if optimizer is None:
            optimizer = next(iter(self.sentinel.optimizers), None)
        return self.sentinel.optimizers.get(optimizer) if optimizer is not None else None

    def answer(self, trip: Trip, frames: list[Any]) -> None:
        """Ends a re-execution: only its answer matters."""
        from numsan.diagnose.analyse import analyse
        from numsan.report.json import to_dict

        assert self.armed is not None
        if self.lines is not None:
            self.lines.__exit__()
            rerun.reply(self.armed, self.lines.dump())
        if self.tracing is not None:
            self.tracing.__exit__(None, None, None)
            if trip.tensor is not None:
                self.tracing.aim(self.tracing.recorder.value_of(trip.tensor))
        case = case_of(self, trip, self.tracing, frames, ())
        report = report_of(self, trip, analyse(case, self))
        rerun.reply(self.armed, {"report": to_dict(report), "loss": repr(trip.loss)})


def say(text: str) -> None:
    """On the process's own standard error, if it has one: the program may have put another in `sys.stderr`."""
    with contextlib.suppress(OSError, ValueError):  # a closed pipe
        if sys.__stderr__ is not None:
            print(f"numsan: {text}", file=sys.__stderr__, flush=True)


def run(options: RunOptions) -> int:
    try:
        code, module = launch.prepare(options)
    except launch.BadProgram as error:
        say(str(error))
        return 2
    session = Session(options)
    session.start()
    status = launch.execute(code, module, lambda: session.report is not None)
    if os.getpid() != session.pid:  # a fork that fell through to the end: the report is the parent's
        return status
    session.end()
    status = finish(session, status)
    if status == launch.INTERRUPTED:
        launch.end_by_interrupt()
    return status


def finish(session: Session, status: int) -> int:
    from numsan.report import json as report_json
    from numsan.report import text

    options, store = session.options, session.store
    report = session.report or Report(status="healthy", script=session.name, steps=session.sentinel.step)
    if options.json_path:
        report_json.write(report, ranks.own_path(options.json_path))
    if store is not None:
        store.findings(report_json.to_dict(report)["findings"])
        if store.problem is not None:
            session.say(store.problem)
    if session.unwatched and report.status == "healthy":
        say(f"{report.steps} steps were watched until then; nothing is known of the rest")
    elif not (options.quiet and report.status == "healthy") and sys.__stderr__ is not None:
        text.show(report, sys.__stderr__)
    if session.farewell is not None:
        session.farewell.wait()
    return FAILED if report.status == "failed" else status
