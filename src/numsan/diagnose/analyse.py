"""The order in which causes are considered: misuse that needs no trace, states that were bad before, then the trace."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from numsan import rules
from numsan.core.finding import Finding, Fix
from numsan.core.rule import get
from numsan.diagnose import custom, dynamics
from numsan.diagnose.blame import Blame, blame, blame_first, lost
from numsan.diagnose.case import Case
from numsan.diagnose.data import bad_data
from numsan.diagnose.explosion import explosion
from numsan.diagnose.findings import from_blame
from numsan.diagnose.outlying import outlying_data
from numsan.diagnose.samples import samples_at
from numsan.diagnose.words import kind_of


class Again(Protocol):
    """Re-executions that analysis may ask for."""

    def births(self, samples: tuple[int, ...]) -> list[dict[str, Any]]: ...
    def outlier(self, step: int) -> dict[str, Any] | None: ...


def analyse(case: Case, again: Again) -> list[Finding]:
    """Findings, the root cause first. `again` is asked only where the step alone cannot tell."""
    rules.load()
    found = (
        blame(case.target) if case.target is not None and not lost(case.target) else blame_first(case.events)
    )
    if case.direct_step and case.trip.what == "gradient":
        return [dynamics.bypassed_scaler(case, found)]
    grown = explosion(case.history)
    overflow = found.root is None or (not found.masked and kind_of(found.root) == "overflow")
    if grown is not None and overflow and found.leaf is None:
        wrong = custom.wrong_backward(case.applied)
        if wrong is not None:
            first = dynamics.custom_backward(case, wrong, grown.says)
        else:
            first = outlying_data(case, again.outlier) or dynamics.exploded(case, grown, found)
        rest = [from_blame(case, found, ())] if found.root is not None else []
        return [first, *(replace(f, severity="info", confidence="suspect") for f in rest)]
    if found.leaf is not None:
        samples = samples_at(case, None, found.leaf)
        return [bad_data(case, found.leaf, samples, again.births(samples))]
    if found.root is not None:
        rate = dynamics.bad_rate(case, found) if case.trip.what == "weight" else None
        if rate is not None:
            return [rate]
        if case.trip.what == "weight" and _in_library_step(case, found):
            return [_optimizer_state(case, found)]
        return [from_blame(case, found, samples_at(case, found.root, None))]
    return []


def _in_library_step(case: Case, found: Blame) -> bool:
    """The birth lies in code that the user only calls: the line of `optimizer.step()` is all that is his."""
    root = found.root
    return root is not None and root.site is not None and case.stepped_first is not None and (
        root.site.file, root.site.line) == (case.stepped_first.file, case.stepped_first.line)  # fmt: skip


def _optimizer_state(case: Case, found: Blame) -> Finding:
    """The birth lies in the optimizer's own arithmetic: the line is where it was constructed."""
    finding, rule = from_blame(case, found, ()), get("update-not-finite")
    site = case.made or case.stepped_first
    dtype = str(case.trip.tensor.dtype).removeprefix("torch.") if case.trip.tensor is not None else "weight"
    assert rule.bites is not None
    cause = rule.bites(where=case.trip.where, step=case.trip.step, dtype=dtype)
    return replace(
        finding, code=rule.code, name=rule.name, title=rule.title, cause=f"{cause}; {finding.cause}",
        phase="optimizer", file=site.file if site else None, line=site.line if site else None,
        end_line=site.end_line if site else None, column=site.column if site else None,
        end_column=site.end_column if site else None, function=site.function if site else None,
        fix=Fix(summary=rule.advice),
    )  # fmt: skip
