"""One examination of the checklist, as it is printed; and the answers it is made from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean
from typing import Any

Answer = dict[str, Any]
"""What a copy of the program told: see `numsan.watch.examine` and `numsan.watch.trial`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`ok` where nothing was found; `cause` and `fix` are empty then."""

    name: str
    ok: bool
    says: str
    cause: str = ""
    fix: str = ""


def losses_of(answer: Answer | None) -> list[float]:
    """Losses of its steps, in order."""
    return [row[1] for row in answer["losses"] if row[1] is not None] if answer else []


def end_of(losses: list[float]) -> float:
    """Mean of the last quarter; infinite where there is none."""
    return fmean(losses[-max(3, len(losses) // 4) :]) if losses else math.inf
