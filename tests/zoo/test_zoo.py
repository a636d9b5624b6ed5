"""Every program of the zoo through the real command: failing ones are blamed on the right line, healthy ones are left
in peace, and those that do not fail end with the same bits as without numsan."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.zoo.case import Case, Ran, execute, load_cases, working_copy

HERE = Path(__file__).resolve().parent
SOURCE = str(HERE.parents[1] / "src")
NUMSAN = [
    sys.executable,
    "-m",
    "numsan",
    "run",
    "--budget",
    "0",
]  # tests/zoo/test_repairs.py has the experiments
CASES = load_cases()
FAILING = [c for c in CASES if c.truth["status"] == "failed"]
SILENT = [c for c in CASES if c.truth["status"] == "silent"]
HEALTHY = [c for c in CASES if c.truth["status"] == "healthy"]


def named(cases: list[Case]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[c.name for c in cases])


@contextmanager
def watched(case: Case) -> Iterator[tuple[Ran, dict[str, Any]]]:
    with working_copy(case) as folder:
        ran = execute(
            [*NUMSAN, "--json", "report.json", "train.py"], folder, PYTHONPATH=SOURCE, OMP_NUM_THREADS="1"
        )
        yield ran, json.loads((folder / "report.json").read_text())


def at(finding: dict[str, Any], places: list[dict[str, Any]]) -> bool:
    name, first, last = (
        Path(str(finding["file"])).name,
        finding["line"],
        finding["end_line"] or finding["line"],
    )
    return any(
        name == Path(p["file"]).name and first <= p["lines"][1] and last >= p["lines"][0] for p in places
    )


@pytest.mark.slow
@named(FAILING)
def test_failing_program_is_blamed_on_its_cause(case: Case) -> None:
    truth = case.truth
    with watched(case) as (ran, report):
        assert report["schema"] == "numsan.report/1"
        assert report["status"] == "failed" and ran.code == 3, ran.err
        assert abs(report["failed_step"] - truth["first_bad_step"]) <= truth.get("step_varies", 0)
        root = report["findings"][0]
        assert at(root, [*truth["root"], *truth["accept"]]), (root["file"], root["line"], root["cause"])
        assert root["end_line"] - root["line"] <= 12
        assert root["kind"] in {truth["kind"], *truth["also_kind"]}, root["cause"]
        assert set(truth["bad_samples"]) <= set(root["samples"])
        assert root["proof"][0]["experiment"] == "replay" and root["proof"][0]["outcome"] == "nonfinite"


@pytest.mark.slow
@named([*HEALTHY, *SILENT])
def test_program_that_does_not_fail_is_left_as_it_is(case: Case) -> None:
    environment = {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join([str(HERE / "fingerprint"), SOURCE])}
    with working_copy(case) as folder:
        bare = execute([sys.executable, "train.py"], folder, **environment, FINGERPRINT="bare.json")
        seen = execute(
            [*NUMSAN, "--json", "r.json", "train.py"], folder, **environment, FINGERPRINT="seen.json"
        )
        report = json.loads((folder / "r.json").read_text())
        assert bare.code == seen.code == 0, seen.err
        assert bare.out == seen.out
        assert json.loads((folder / "bare.json").read_text()) == json.loads(
            (folder / "seen.json").read_text()
        )
    assert report["status"] == "healthy" and report["findings"] == []
    assert report["steps"] > 0
