"""The one value that flows from every front end to every back end. Field names are those of `numsan.report/1`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "overflow", "domain", "underflow", "cancellation", "precision", "explosion",
    "vanishing", "data", "loss-scale", "hardware", "method",
]  # fmt: skip
Severity = Literal["error", "warning", "info"]
Confidence = Literal["proved", "likely", "suspect"]
Phase = Literal["forward", "backward", "optimizer", "data"]
Outcome = Literal["nonfinite", "finite", "different", "not-run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One input of the blamed operation, with its range (finite elements) and where it is bad."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    min: float | None
    max: float | None
    bad_index: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One step of the chain from the root to the symptom."""

    file: str
    line: int
    op: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    experiment: str
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What to do; `diff` is a unified diff for `patch -p1`, `verified` only if it was run on the failing step and beyond.
    `others` were run, too, and work."""

    summary: str
    diff: str | None = None
    verified: bool = False
    others: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    code: str
    name: str
    kind: Kind
    severity: Severity
    confidence: Confidence
    title: str
    cause: str
    file: str | None
    line: int | None
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None
    function: str | None = None
    module: str | None = None
    phase: Phase = "forward"
    op: str | None = None
    operands: tuple[Operand, ...] = ()
    chain: tuple[Link, ...] = ()
    samples: tuple[int, ...] = ()
    proof: tuple[Proof, ...] = ()
    fix: Fix | None = None
    verdict: str | None = None  # what the experiments say together
    cell: int | None = None  # of a notebook, from 1; lines then count within the cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    what: Literal["gradient", "loss", "weight", "buffer"]
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    status: Literal["healthy", "warning", "failed"]
    script: str
    steps: int
    failed_step: int | None = None
    first_signal: Signal | None = None
    findings: tuple[Finding, ...] = ()
