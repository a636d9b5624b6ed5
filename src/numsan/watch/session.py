"""One watched run: armed at its start, it investigates the first failure and ends the program with a report."""

from __future__ import annotations

import _thread
import contextlib
import inspect
import os
import signal
import sys
import threading
from dataclasses import replace
from typing import Any, NoReturn

from numsan.core.config import RunOptions
from numsan.core.finding import Proof, Report
from numsan.diagnose.gather import case_of, report_of
from numsan.watch import ranks
from numsan.watch.again import Again
from numsan.watch.capsule import signature
from numsan.watch.examine import Examination
from numsan.watch.loader import Batches
from numsan.watch.rehearsal import Rehearsal
from numsan.watch.rerun import Request
from numsan.watch.rewind import Tape
from numsan.watch.sentinel import Sentinel
from numsan.watch.source import user_frames
from numsan.watch.store import Store
from numsan.watch.trial import Trial
from numsan.watch.trips import Made, Trip
from numsan.watch.waiting import Waiting

FAILED = 3
_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Session:
    """State of one run. In a re-execution (`armed`) the rehearsal answers instead, and ends it there."""

    def __init__(self, options: RunOptions, asked: tuple[Request, int] | None = None) -> None:
        self.options = options
        self.report: Report | None = None
        self.unwatched = False  # a fault ended the watching
        self.trip: Trip | None = None
        self.signed: dict[str, str | None] = {}
        self.json_refused = False  # and that was said
        self.told = False  # the first part of the report is printed
        self.pid = os.getpid()
        mode = asked[0].mode if asked is not None else None
        self.armed = _armed(self, asked) if asked is not None and mode != "rewritten" else None
        self.trial = Trial(self, *asked) if asked is not None and mode == "rewritten" else None
        self.waiting: Waiting | None = None
        self.batches = Batches()
        self.again = Again(options, self.batches)
        self.farewell: ranks.Farewell | None = None
        first = self.armed is None
        self.tape = Tape(hidden=(_OWN,)) if first and not options.watch_only else None
        self.sentinel = Sentinel(self.on_trip, self.tape, **({} if first else {"weights_every": 1}))
        self.sentinel.on_fault, self.sentinel.on_tape_fault = self.on_fault, self.on_tape_fault
        out = ranks.own_path(options.out) if options.out and first else None
        self.store = Store(out, [self.name, *options.args]) if out is not None else None

    @property
    def name(self) -> str:
        return self.options.script or self.options.module or ""

    def start(self) -> None:
        if self.store is not None:
            self.sentinel.on_norms = self.store.step
        if self.armed is not None:
            self.armed.start()
        if self.trial is not None:
            self.trial.start()
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
            with contextlib.suppress(RuntimeError):  # it was begun on another thread
                self.waiting.close()

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
        self.again.failed(self.sentinel.step)
        if self.armed is not None:
            self.armed.failed(trip, frames)
        self.farewell = ranks.Farewell()
        self.trip = trip
        try:
            from numsan.watch.investigate import investigate

            self.signed = signature(self, trip)
            report = investigate(self, trip, frames)
        except Exception as error:  # the failure itself is certain; only its analysis is missing
            say(f"a fault of its own ({error!r}) ended the analysis; please report it")
            report = report_of(self, trip, [])
        self.report = report or report_of(self, trip, [])
        if report is not None and self.trial is None:
            self.prove(trip)
        if report is None:
            self.say("the step cannot be repeated; the program goes on, traced, until it happens again")
            self.waiting = Waiting(self, trip)
            return
        self.stop()

    def prove(self, trip: Trip) -> None:
        """The cause is told at once; what experiments add to it comes when they are done."""
        try:
            from numsan.diagnose.experiments.budget import Budget
            from numsan.diagnose.prove import prove
            from numsan.watch.laboratory import laboratory

            assert self.report is not None
            self.told = self.tell(self.report)
            budget = Budget(self.again.allowance(self.options.budget))
            if self.report.findings and budget.left:
                self.say(
                    f"trying experiments and repairs for at most {budget.seconds:.0f} s; Ctrl-C keeps what is known"
                )
            self.report = prove(self.report, laboratory(self, trip), budget)
        except KeyboardInterrupt:
            self.say("interrupted; the report holds what is known so far")
        except Exception as error:
            say(f"a fault of its own ({error!r}) ended the experiments; please report it")

    def tell(self, report: Report) -> bool:
        """The report as it is before the experiments, so that nobody waits for it."""
        from numsan.report import json as report_json
        from numsan.report import text

        if self.options.json_path:
            self.json_refused = not report_json.write(report, ranks.own_path(self.options.json_path))
        text.show(report, sys.__stderr__, part="cause")
        return True

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
        report = report_of(self, trip, analyse(case_of(self, trip, tracing, frames, (proof,)), self.again))
        self.report = replace(report, failed_step=self.waiting.first.step)
        self.stop()

    def stop(self) -> NoReturn:
        if threading.current_thread() is not threading.main_thread():
            if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # `nohup`, or a job in the background
                self.leave()
            _thread.interrupt_main()  # it may wait for this thread for ever
        raise SystemExit(FAILED)

    def leave(self) -> NoReturn:
        """Ends the process from a thread whose main thread nothing can wake."""
        from numsan.watch.program import finish

        status = finish(self, FAILED)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(status)

    def note(self, trip: Trip) -> None:
        """`--watch-only`: the first failure is noted, the program is left alone."""
        if self.report is None:
            where = f" of {trip.where}" if trip.where else ""
            self.say(f"the {trip.what}{where} is not finite at step {trip.step}; going on (--watch-only)")
            self.report = report_of(self, trip, [])

    def made(self, trip: Trip) -> Made | None:
        optimizer = trip.optimizer or (self.sentinel.last() if self.sentinel.last is not None else None)
        if optimizer is None:
            optimizer = next(iter(self.sentinel.optimizers), None)
        return self.sentinel.optimizers.get(optimizer) if optimizer is not None else None


def _armed(session: Session, asked: tuple[Request, int]) -> Rehearsal | Examination:
    return Examination(session, *asked) if asked[0].mode == "examine" else Rehearsal(session, *asked)


def say(text: str) -> None:
    """On the process's own standard error, if it has one: the program may have put another in `sys.stderr`."""
    with contextlib.suppress(OSError, ValueError):  # a closed pipe
        if sys.__stderr__ is not None:
            print(f"numsan: {text}", file=sys.__stderr__, flush=True)
