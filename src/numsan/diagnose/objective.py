"""Which term of a loss dominates it: from the loss back through sums, means and signs to the expression that adds it."""

from __future__ import annotations

from numsan.core.trace import Site
from numsan.diagnose.case import Case
from numsan.watch.recorder import Value

_THROUGH = frozenset(
    [
        "neg",
        "mean",
        "sum",
        "mul",
        "div",
        "detach",
        "clone",
        "_to_copy",
        "view",
        "squeeze",
        "unsqueeze",
        "expand",
    ]
)


def dominating_term(case: Case) -> Site | None:
    """The outermost addition on the way from the loss to its largest term."""
    losses = case.losses
    event = losses[-1].event if losses else None
    for _ in range(32):
        if event is None:
            return None
        if event.op in ("add", "sub", "rsub"):
            return event.site
        if event.op not in _THROUGH:
            return None
        largest = max(event.inputs, key=_size, default=None)
        event = largest.event if largest is not None else None
    return None


def _size(value: Value) -> float:
    stats = value.stats
    if not stats.finite:
        return float("inf")
    return max(abs(stats.min or 0.0), abs(stats.max or 0.0))
