"""From a trip to a report: the step repeated in place if it can be, else the program run again up to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from numsan.core import restore
from numsan.core.finding import Proof, Report, Signal
from numsan.diagnose.gather import case_of, report_of
from numsan.watch import ranks
from numsan.watch.replays import Replayed, replay_in_place
from numsan.watch.trips import LATE, Trip

if TYPE_CHECKING:
    from numsan.watch.session import Session


def investigate(session: Session, trip: Trip, frames: list[Any]) -> Report | None:
    """None if the step can be repeated neither way."""
    from numsan.diagnose.analyse import analyse
    from numsan.diagnose.dynamics import did_not_reproduce

    what = f"{trip.what} of {trip.where}" if trip.where else trip.what
    session.say(f"the {what} is not finite at step {trip.step}; replaying that step")
    late = trip.what in LATE
    replayed = _in_place(session, trip) if not late else None
    failed = replayed is not None and not replayed.tracing.finite
    if replayed is None or not failed or not replayed.faithful:
        session.say("the step cannot be repeated in place; running the program again up to it")
        data = session.again.traced(_since(session, trip))
        if data and data.get("report"):
            return _repeated(session, trip, restore.report(data["report"]), data.get("loss"))
        passed = data is not None
        if not failed and not passed and (replayed is None or late):
            return None
        if replayed is None or not failed:
            replays = (3 if replayed is not None else 0) + passed
            return report_of(session, trip, [did_not_reproduce(what, trip.step, replays)])
    case = case_of(session, trip, replayed.tracing, frames, (replayed.proof,))
    return report_of(session, trip, analyse(case, session.again))


def _since(session: Session, trip: Trip) -> int:
    """An iteration of several steps is traced from its start."""
    others = len(session.sentinel.optimizers) - 1
    return trip.since if trip.what in LATE else max(trip.step - 2 * others, 0)


def _in_place(session: Session, trip: Trip) -> Replayed | None:
    try:
        with ranks.alone():
            return replay_in_place(session.tape, trip, session.made(trip))
    except Exception as error:
        session.say(f"the replay in place broke off ({error!r})")
        return None


def _repeated(session: Session, trip: Trip, report: Report, loss: str | None) -> Report:
    """A re-execution's findings, with what they prove: the same step failed, with the same loss or not."""
    step = report.failed_step if trip.what in LATE and report.failed_step is not None else trip.step
    same = report.failed_step == step
    losses = {n.step: n.loss for n in session.sentinel.history} | (
        {} if trip.what in LATE else {step: trip.loss}
    )
    equal = "same loss bit for bit" if same and loss == repr(losses.get(step)) else "the loss differs"
    proof = Proof(
        experiment="replay", outcome="nonfinite" if same else "different",
        detail=f"program re-executed: failed at step {report.failed_step} ({equal})",
    )  # fmt: skip
    findings = tuple(replace(f, proof=(proof, *f.proof)) for f in report.findings)
    return replace(report, failed_step=step, steps=session.sentinel.step, findings=findings,
                   first_signal=Signal(what=trip.what, where=trip.where))  # fmt: skip
