"""`numsan run` from the prepared program to the exit status: watch it, print and write the report."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from types import CodeType, ModuleType

from numsan.core.config import RunOptions
from numsan.core.finding import Report
from numsan.watch import harmless, launch, ranks, rerun, rewritten, runs, trackers
from numsan.watch.session import FAILED, Session, say
from numsan.watch.standby import Standby, stand_by

Asked = tuple[rerun.Request, int]


def run(options: RunOptions) -> int:
    try:
        code, module = launch.prepare(options)
    except launch.BadProgram as error:
        say(str(error))
        return 2

    status = watch(options, code, module, rerun.asked())
    if status == launch.INTERRUPTED:
        launch.end_by_interrupt()
    return status


def watch(options: RunOptions, code: CodeType, module: ModuleType, asked: Asked | None) -> int:
    if asked is not None:
        trackers.silence_copies()
        harmless.install(asked[0].folder)
    if asked is not None and asked[0].files:
        code = rewritten.install(asked[0].files, code)
    session = Session(options if asked is None else quieter(options), asked)
    if not options.watch_only and ranks.launched() == 1:
        session.again.standby = standing_by(options, code, module)
    session.start()
    status = launch.execute(code, module, lambda: session.report is not None)
    if os.getpid() != session.pid:  # a fork that fell through to the end: the report is the parent's
        return status
    session.end()
    if session.armed is not None:
        session.armed.ended(status)
    if session.trial is not None:
        session.trial.reply(status)
    return finish(session, status)


def standing_by(options: RunOptions, code: CodeType, module: ModuleType) -> Standby | None:
    """A copy of this process, as it is before the program starts."""
    return stand_by(lambda r, answer: watch(options, code, module, (rerun.Request(**r), answer)))


def quieter(options: RunOptions) -> RunOptions:
    """Of a re-execution: nothing is printed or written but the answer."""
    return replace(options, json_path=None, out=None, quiet=True)


def finish(session: Session, status: int) -> int:
    from numsan.report import json as report_json
    from numsan.report import text

    options, store = session.options, session.store
    report = session.report or Report(status="healthy", script=session.name, steps=session.sentinel.step)
    if options.json_path and not session.json_refused:
        report_json.write(report, ranks.own_path(options.json_path))
    if store is not None:
        store.findings(report_json.to_dict(report)["findings"])
        if store.problem is not None:
            session.say(store.problem)
    if session.unwatched and report.status == "healthy":
        say(f"{report.steps} steps were watched until then; nothing is known of the rest")
    elif not (options.quiet and report.status == "healthy") and sys.__stderr__ is not None:
        text.show(report, sys.__stderr__, part="proof" if session.told else None)
    if session.trip is not None:
        keep(session, report)
    if session.farewell is not None:
        session.farewell.wait()
    return FAILED if report.status == "failed" else status


def keep(session: Session, report: Report) -> None:
    """The run folder of a failure: where `--out` says, else a fresh one."""
    if session.store is not None and session.store.problem is not None:  # said already
        return
    folder = ranks.own_path(session.options.out or runs.fresh_folder(session.name))
    problem = runs.keep(session, report, folder)
    session.say(problem or f"run that step again with: numsan replay {folder}{runs.fix_hint(report, folder)}")
