"""The order in which causes are considered: misuse that needs no trace, states that were bad before, then the trace."""

from __future__ import annotations

from numsan.core.finding import Finding
from numsan.diagnose.blame import Blame, blame
from numsan.diagnose.case import Case
from numsan.diagnose.findings import from_blame


def analyse(case: Case) -> list[Finding]:
    found = blame(case.target) if case.target is not None else Blame(root=None)
    if found.root is not None:
        return [from_blame(case, found, ())]
    return []
