"""Every program of the zoo through the real command: failing ones are blamed on the right line, healthy ones are left
in peace, and those that do not fail end with the same bits as without numsan."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.zoo.blame import blamed
from tests.zoo.case import Case, Ran, execute, load_cases, working_copy
from tests.zoo.test_repairs import CHOSEN

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
# those whose repairs are tried are run there
FAILING = [c for c in CASES if c.truth["status"] == "failed" and c.name not in CHOSEN]
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


def at_most_two_of_a_kind(cases: list[Case]) -> list[Any]:
    """Further programs that fail in the same way are for `make zoo`: every program costs seconds of starting torch."""
    count = Counter[tuple[str, ...]]()
    params: list[Any] = []
    for case in cases:
        way = tuple(str(case.truth[key]) for key in ("kind", "op", "phase"))
        count[way] += 1
        params.append(pytest.param(case, id=case.name, marks=[pytest.mark.more] if count[way] > 2 else []))
    return params


@pytest.mark.slow
@pytest.mark.parametrize("case", at_most_two_of_a_kind(FAILING))
def test_failing_program_is_blamed_on_its_cause(case: Case) -> None:
    with watched(case) as (ran, report):
        assert ran.code == 3, ran.err
        blamed(case, report)


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
