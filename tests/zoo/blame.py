"""What a report must say of a program that fails."""

from __future__ import annotations

from typing import Any

from tests.zoo.case import Case
from tests.zoo.score import on_line


def blamed(case: Case, report: dict[str, Any]) -> None:
    """The step, and first the root cause: its place, kind and samples, with a replay that fails again."""
    truth, root = case.truth, report["findings"][0]
    assert report["schema"] == "numsan.report/1"
    assert report["status"] == "failed"
    assert abs(report["failed_step"] - truth["first_bad_step"]) <= truth.get("step_varies", 0)
    assert on_line(root, truth), (root["file"], root["line"], root["cause"])
    assert root["end_line"] - root["line"] <= 12
    assert root["kind"] in {truth["kind"], *truth["also_kind"]}, root["cause"]
    assert set(truth["bad_samples"]) <= set(root["samples"])
    assert root["proof"][0]["experiment"] == "replay" and root["proof"][0]["outcome"] == "nonfinite"
