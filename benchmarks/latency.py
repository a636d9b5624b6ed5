"""How long a user waits for the report: from the failing step to the printed and written report.

    python benchmarks/latency.py [--json] [PROGRAM_FOLDER ...]

Each program (without arguments: the failing ones of tests/zoo/cases) runs bare first, to take the median time of its
steps, then under `numsan run --budget 0`, that is without the experiments, which come after the report. The clock starts
with the line that says that the step is being replayed, and stops when the JSON report is there. The aim is at most the
time of 40 ordinary steps plus 3 s; `allowed` is that time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CASES = Path(__file__).resolve().parents[1] / "tests" / "zoo" / "cases"
BARE = """
import atexit, contextlib, io, json, runpy, statistics, sys, time
from torch.optim.optimizer import register_optimizer_step_post_hook
times = []
register_optimizer_step_post_hook(lambda *_: times.append(time.perf_counter()))
atexit.register(lambda: print(json.dumps([b - a for a, b in zip(times, times[1:])]), file=sys.__stdout__))
sys.stdout = io.StringIO()
sys.path.insert(0, "")
with contextlib.suppress(Exception, SystemExit):
    runpy.run_path("train.py", run_name="__main__")
"""


def measured(case: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "case"
        shutil.copytree(case, work)
        bare = subprocess.run(
            [sys.executable, "-c", BARE],
            cwd=work,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        steps = json.loads(bare.stdout.splitlines()[-1])
        shutil.rmtree(work)
        shutil.copytree(case, work)
        seconds, again = _waited(work)
    step = statistics.median(steps) if steps else 0.0
    return {
        "case": case.name,
        "seconds": seconds,
        "step": step,
        "allowed": 3 + 40 * step,
        "re_executed": again,
    }


def _waited(work: Path) -> tuple[float, bool]:
    command = [sys.executable, "-m", "numsan", "run", "--budget", "0", "--json", "report.json", "train.py"]
    process = subprocess.Popen(
        command, cwd=work, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    begun, done, again = 0.0, 0.0, False
    for line in process.stderr:
        begun = begun or ("replaying that step" in line) * time.perf_counter()
        again = again or "running the program again" in line
        if not done and "failed at step" in line and (work / "report.json").exists():
            done = time.perf_counter()
    process.wait()
    if not begun or not done:
        raise SystemExit(f"{work}: no failure was reported")
    return done - begun, again


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", type=Path, metavar="PROGRAM_FOLDER")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    cases = args.cases or [
        p.parent
        for p in sorted(CASES.glob("*/truth.json"))
        if json.loads(p.read_text())["status"] == "failed"
    ]
    rows: list[dict[str, Any]] = []
    for case in cases:
        rows.append(measured(case))
        if not args.json:
            row = rows[-1]
            how = "re-executed" if row["re_executed"] else ""
            print(
                f"{row['case']:24} {row['seconds']:5.2f} s, allowed {row['allowed']:5.2f} s  {how}",
                flush=True,
            )
    within = sum(row["seconds"] <= row["allowed"] for row in rows)
    print(json.dumps(rows, indent=1) if args.json else f"{within} of {len(rows)} within 40 steps + 3 s")


if __name__ == "__main__":
    main()
