"""Which of several repairs is shown, which are listed, and what is said where none can be run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from numsan.core import restore
from numsan.core.finding import Finding, Report
from numsan.diagnose.experiments.budget import Budget
from numsan.diagnose.experiments.repair import Search
from numsan.diagnose.experiments.trials import Trials
from numsan.repair.candidates import Hints
from numsan.report.json import to_dict

TEXT = "import torch\n\n\ndef loss(x, n):\n    return torch.log(x / n).mean()\n"
LOSSES: dict[int, float | None] = {0: 1.0, 1: 0.5, 2: None}
FINDING = Finding(
    code="NS301", name="log-of-zero", kind="domain", severity="error", confidence="likely", title="", cause="",
    file="train.py", line=5, end_line=5, column=11, end_column=27, op="log",
)  # fmt: skip
REPORT = Report(status="failed", script="train.py", steps=2, failed_step=2, findings=(FINDING,))


def search(answers: list[Any], spot: Any = None, needed: float = 1.0, budget: float = 60.0) -> Search:
    waiting = iter(answers)

    def ask(files: dict[str, str], seconds: float) -> Any:
        return next(waiting, None)

    trials = Trials(report=REPORT, ask=ask, spot=spot, losses=LOSSES)
    return Search(
        trials=trials, needed=needed, read=lambda _: TEXT, hints=Hints(rate=None), budget=Budget(budget)
    )


def ran(first_loss: float, status: int | None = 0) -> dict[str, Any]:
    return {"status": status, "steps": 9, "losses": [(0, first_loss), (1, 0.5), (2, 0.4)], "report": None}


@pytest.mark.parametrize(
    ("losses", "shown"),
    [([1.005, 1.0, 1.004], 1), ([1.000001, 1.0, 1.0], 0), ([1.0, 1.0, 1.0], 0)],
    ids=["less of what was right is changed", "rounding decides nothing", "the order decides"],
)
def test_the_repair_that_is_shown(monkeypatch: pytest.MonkeyPatch, losses: list[float], shown: int) -> None:
    monkeypatch.setattr("numsan.diagnose.experiments.repair.side_by_side", lambda: 1)
    seen: list[str] = []
    found = search([])
    answers = iter(ran(x) for x in losses)

    def ask(files: dict[str, str], seconds: float) -> Any:
        seen.append(files["train.py"])
        return next(answers)

    found.trials = Trials(report=REPORT, ask=ask, spot=None, losses=LOSSES)
    fix, _ = found.run()
    assert fix is not None and fix.verified and len(seen) == 3
    changed = [next(line for line in text.splitlines() if "return" in line) for text in seen]
    assert fix.diff is not None and f"+{changed[shown]}\n" in fix.diff
    assert all(o.verified for o in fix.others)
    assert len({fix.summary, *(o.summary for o in fix.others)}) == 1 + len(fix.others) > 1
    with_fix = Report(status="failed", script="train.py", steps=2, failed_step=2,
                      findings=(Finding(**{**vars_of(FINDING), "fix": fix}),))  # fmt: skip
    assert restore.report(to_dict(with_fix)) == with_fix


def vars_of(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in finding.__dataclass_fields__}


def test_a_program_that_takes_too_long_is_repaired_in_place() -> None:
    def spot(files: dict[str, str], most: int, seconds: float) -> Any:
        return SimpleNamespace(steps=most + 1, losses=(0.4, 0.3), failed=False, ended=False)

    fix, proof = search([], spot, needed=1000.0).run()
    assert fix is not None and fix.verified
    assert proof is not None and proof.detail.startswith(
        "in place, with the edit the step that failed and the 100"
    )


@pytest.mark.parametrize(("steps", "verified"), [(1, False), (21, True)])
def test_the_failing_step_alone_verifies_nothing(steps: int, verified: bool) -> None:
    went = SimpleNamespace(steps=steps, losses=(0.4,), failed=False, ended=False)
    fix, proof = search([], lambda *_: went, needed=1000.0).run()
    assert fix is not None and fix.verified is verified
    assert proof is not None and proof.outcome == "finite"


def test_edits_that_fail_in_place_are_no_fix() -> None:
    went = SimpleNamespace(steps=0, losses=(float("nan"),), failed=True, ended=False)
    found = search([], lambda *_: went, needed=1000.0)
    assert (found.run(), found.in_place, found.tried > 0) == ((None, None), True, True)


def test_no_time_for_any_run() -> None:
    found = search([ran(1.0)], needed=1000.0)
    assert (found.run(), found.tried) == ((None, None), 0)
