"""The step that failed and those after it, in place and with an edit of the program's text applied."""

from __future__ import annotations

from dataclasses import dataclass

from numsan.watch.rewind.attempt import Attempt
from numsan.watch.rewind.edited import Edited
from numsan.watch.rewind.onward import Onward
from numsan.watch.rewind.reach import user_modules
from numsan.watch.rewind.resume import NoWay
from numsan.watch.rewind.runtime import StopReplay


@dataclass(frozen=True, slots=True)
class Beyond:
    """How far it went: steps made without a failure (the one that failed before is the first), the losses of backward
    calls, and whether something was not finite then."""

    steps: int
    losses: tuple[float, ...]
    failed: bool
    ended: bool  # the program came to its end


def beyond(attempt: Attempt | None, texts: dict[str, str], most: int, until: float) -> Beyond | None:
    """None where the edit cannot be applied to the running program, or breaks it. At most `most` steps more, and until
    the time `until`; afterwards everything is as before, but for what loaders handed out."""
    plan = attempt.plan if attempt is not None else None
    if attempt is None or plan is None:
        return None
    observer = Onward(most, until)
    try:
        edited = Edited(texts)
        parts = plan.edited(edited)
    except (NoWay, OSError, ValueError, SyntaxError):
        return None
    frames = plan.whole
    spaces = {id(s): s for s in [*user_modules(), *(f.space for f in frames)]}
    error = attempt.go(
        observer,
        lambda: edited.applied(list(spaces.values())),
        lambda ended: plan.resume(frames, parts, ended, onward=True),
    )
    if error is not None and not isinstance(error, StopReplay):
        return None
    return Beyond(
        observer.steps, tuple(observer.losses), observer.stopped == "failed", error is None and all(parts)
    )
