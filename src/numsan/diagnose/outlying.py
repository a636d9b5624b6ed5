"""One batch blew the training up: the loss jumped in a single step, and a value in its data is out of all proportion."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

from numsan.core.finding import Finding, Fix, Link
from numsan.core.rule import get
from numsan.diagnose.case import Case
from numsan.watch.returns import line_site

_JUMP, _CALM, _BEFORE = 100.0, 10.0, 3


def outlying_data(case: Case, outlier: Callable[[int], dict[str, Any] | None]) -> Finding | None:
    """None unless a re-execution of the step that jumped finds such a value."""
    jump = _jump(case)
    if jump is None:
        return None
    step, before, after = jump
    found = outlier(step)
    rule = get("outlying-data")
    if not found or rule.bites is None:
        return None
    says = rule.bites(step=step, before=before, after=after, largest=found["largest"], usual=found["usual"],
                      shape=found["shape"])  # fmt: skip
    born: dict[str, Any] | None = next(iter(found["births"]), None)
    read: list[Any] | None = found["read"]
    site = line_site(born["path"], born["line"], born["function"]) if born else None
    if says is None or (site is None and read is None):
        return None
    chain = (
        [Link(file=site.file, line=site.line, op="data", says=f"`{site.text}` holds it first")]
        if site
        else []
    )
    if read is not None:
        chain.append(Link(file=read[0], line=read[1], op="read", says=f"`{read[2]}` reads it in step {step}"))
    file, line = (site.file, site.line) if site is not None else (read[0], read[1]) if read else (None, None)
    return Finding(
        code=rule.code, name=rule.name, kind=rule.kind, severity="error", confidence="likely", title=rule.title,
        cause=says, file=file, line=line, end_line=site.end_line if site else line, column=site.column if site else None,
        end_column=site.end_column if site else None, function=site.function if site else None, phase="data",
        op="data", chain=tuple(chain), samples=tuple(found["samples"]), proof=case.proof, fix=Fix(summary=rule.advice),
    )  # fmt: skip


def _jump(case: Case) -> tuple[int, float, float] | None:
    """The first step whose loss is a hundred times what was usual, directly after one that was usual."""
    losses = [(n.step, abs(n.loss)) for n in case.history if n.loss is not None]
    for at in range(_BEFORE, len(losses)):
        usual = statistics.median(v for _, v in losses[max(0, at - 32) : at])
        step, now = losses[at]
        if usual > 0 and now >= _JUMP * usual:
            return (step, usual, now) if losses[at - 1][1] <= _CALM * usual else None
    return None
