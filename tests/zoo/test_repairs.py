"""Repairs on programs of the zoo, as a user meets them: the report's fix is applied by `numsan fix`, and the program
then trains to its end; before that, `numsan replay` finds the same bits in a new process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.run.program import environment
from tests.zoo.blame import blamed
from tests.zoo.case import Case, load_cases, working_copy

# each is mended in another way: the check's repair, the loop, the scaler, the data, a wider format
CHOSEN = ("signature_siamese", "poisson_accum", "scaler_regress", "tower_sensor_rows", "review_pooling")
CASES = {c.name: c for c in load_cases()}


def numsan(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "numsan", *words]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=250, check=False
    )


def report_in(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "r.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("case", [CASES[n] for n in CHOSEN], ids=CHOSEN)
def test_the_fix_that_is_shown_works(case: Case) -> None:
    with working_copy(case) as folder:
        seen = numsan(folder, "run", "--json", "r.json", "--out", "kept", "train.py")
        report = report_in(folder)
        blamed(case, report)
        finding = report["findings"][0]
        assert finding["fix"]["verified"] and finding["confidence"] == "proved", seen.stderr
        assert {p["experiment"]: p["outcome"] for p in finding["proof"]}["repair"] == "finite"
        again = numsan(folder, "replay", "kept")
        assert (again.returncode, again.stdout) == (0, ""), again.stderr
        assert "bit for bit" in again.stderr
        assert numsan(folder, "replay", "--expect", "finite", "kept").returncode == 1
        assert numsan(folder, "fix", "kept").stdout == finding["fix"]["diff"]
        assert numsan(folder, "fix", "--apply", "kept").returncode == 0
        assert numsan(folder, "replay", "--expect", "finite", "kept").returncode == 0
        mended = numsan(folder, "run", "--watch-only", "--json", "r.json", "train.py")
        assert mended.returncode == 0 and report_in(folder)["status"] == "healthy", mended.stderr
