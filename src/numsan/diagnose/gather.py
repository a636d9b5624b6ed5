"""Puts together what is known of a failure, for `diagnose`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numsan.core.finding import Finding, Proof, Report, Signal
from numsan.core.trace import Site
from numsan.watch import hooks, modules
from numsan.watch.loader import indices_of, storages
from numsan.watch.outliers import outlier_of
from numsan.watch.returns import assignment_of_lr
from numsan.watch.source import caller_site
from numsan.watch.tracing import Tracing
from numsan.watch.trips import Trip

if TYPE_CHECKING:
    from numsan.diagnose.case import Case
    from numsan.watch.session import Session


def case_of(
    session: Session, trip: Trip, tracing: Tracing | None, frames: list[Any], proof: tuple[Proof, ...]
) -> Case:
    from numsan.diagnose.case import Case

    sentinel = session.sentinel
    buffers = _label_leaves(tracing)
    made = session.made(trip)
    return Case(
        trip=trip, recorder=tracing.recorder if tracing is not None else None,
        target=tracing.target if tracing is not None else None, history=sentinel.history,
        losses=tracing.losses if tracing is not None else [],
        made=made.site if made else None, stepped=caller_site(), stepped_first=made.stepped if made else None,
        stale_gradients=sentinel.stale_gradients, frames=frames, direct_step=trip.scaled and not trip.through_scaler,
        rate_site=_rate_site(session, tracing, frames), buffers=buffers, proof=proof,
        applied=tracing.applied.calls if tracing is not None else {},
        batches=[(indices_of(b), storages(b.data)) for b in reversed(session.batches.recent)],
    )  # fmt: skip


def report_of(session: Session, trip: Trip, findings: list[Finding]) -> Report:
    return Report(
        status="failed", script=session.name, steps=session.sentinel.step, failed_step=trip.step,
        first_signal=Signal(what=trip.what, where=trip.where), findings=tuple(findings),
    )  # fmt: skip


def outlier_in(session: Session, tracing: Tracing, frames: list[Any]) -> dict[str, Any] | None:
    """The most outlying value of a traced step that did not fail, with the sample it belongs to."""
    from numsan.diagnose.samples import sample_of_row

    trip = Trip(what="loss", where="", step=session.sentinel.step, since=0, optimizer=None)
    case = case_of(session, trip, tracing, frames, ())
    found = outlier_of(tracing.recorder, case.buffers)
    if found is None:
        return None
    site = next((e.site for e in tracing.recorder.events if any(v is found.value for v in e.inputs)), None)
    stats = found.value.stats
    return {
        "largest": found.largest, "usual": found.usual, "shape": f"{stats.dtype} {list(stats.shape)}",
        "samples": sample_of_row(case, found.value, found.row),
        "read": [site.file, site.line, site.text] if site is not None else None,
    }  # fmt: skip


def _label_leaves(tracing: Tracing | None) -> frozenset[str]:
    """Names what the step read: parameters and buffers. Gives the names of buffers."""
    if tracing is None:
        return frozenset()
    live = modules.live_modules()
    buffers = modules.buffer_names(live)
    for value in tracing.recorder.leaves.values():
        if value.tensor is not None and hooks.ordinary(value.tensor) and value.tensor.numel():
            value.label = buffers.get(value.tensor.data_ptr(), value.label)
    return frozenset(buffers.values())


def _rate_site(session: Session, tracing: Tracing | None, frames: list[Any]) -> Site | None:
    """Which line of the user's code gave the current learning rate."""
    last = session.sentinel.last
    optimizer = last() if last is not None else None
    scheduled = next((s for o, s in session.sentinel.schedulers if o() is optimizer and s is not None), None)
    if scheduled is not None:
        return scheduled
    now = optimizer.param_groups[0].get("lr") if optimizer is not None else None
    found = tracing.returns.site_of(now) if tracing is not None and isinstance(now, float) else None
    if found is not None:
        return found
    for frame in frames:
        site = assignment_of_lr(frame.f_code.co_filename)
        if site is not None:
            return site
    return None
