"""What a report must say of a program that fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.zoo.case import Case


def blamed(case: Case, report: dict[str, Any]) -> None:
    """The step, and first the root cause: its place, kind and samples, with a replay that fails again."""
    truth, root = case.truth, report["findings"][0]
    assert report["schema"] == "numsan.report/1"
    assert report["status"] == "failed"
    assert abs(report["failed_step"] - truth["first_bad_step"]) <= truth.get("step_varies", 0)
    assert at(root, [*truth["root"], *truth["accept"]]), (root["file"], root["line"], root["cause"])
    assert root["end_line"] - root["line"] <= 12
    assert root["kind"] in {truth["kind"], *truth["also_kind"]}, root["cause"]
    assert set(truth["bad_samples"]) <= set(root["samples"])
    assert root["proof"][0]["experiment"] == "replay" and root["proof"][0]["outcome"] == "nonfinite"


def at(finding: dict[str, Any], places: list[dict[str, Any]]) -> bool:
    name, first, last = (
        Path(str(finding["file"])).name,
        finding["line"],
        finding["end_line"] or finding["line"],
    )
    return any(
        name == Path(p["file"]).name and first <= p["lines"][1] and last >= p["lines"][0] for p in places
    )
