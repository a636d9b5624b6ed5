"""What checking one file gives."""

from __future__ import annotations

from dataclasses import dataclass

from numsan.core.finding import Finding


@dataclass(frozen=True, slots=True)
class Silenced:
    """A finding that a comment silences, and the reason the comment gives."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One file: what was found, or why it could not be looked at."""

    path: str
    findings: tuple[Finding, ...] = ()
    silenced: tuple[Silenced, ...] = ()
    remarks: tuple[Finding, ...] = ()  # about comments that silence nothing: said, but no reason to fail
    note: str | None = None
    internal: bool = False  # the note is about a fault of ours
    unread: bool = False  # the note is about the whole file: nothing in it was looked at
    passing: bool = False  # the note may be another one next time
