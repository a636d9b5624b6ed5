"""Runs a small program with plain Python and with `numsan run`; gives what an onlooker could see of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = str(Path(__file__).resolve().parents[2] / "src")


@dataclass(frozen=True)
class Seen:
    """Exit status and the two streams; `report` is the JSON that was asked for, if it was written."""

    status: int
    out: str
    err: str
    report: dict[str, Any] | None = None

    @property
    def finding(self) -> dict[str, Any]:
        assert self.report is not None, self.err
        assert self.report["findings"], self.err
        return self.report["findings"][0]


def environment(**more: str) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "NUMSAN"))}
    return {**env, "PYTHONPATH": SOURCE, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", **more}


def write(folder: Path, text: str, name: str = "train.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return path


def line_of(path: Path, fragment: str) -> int:
    """1-based line of the only line that contains `fragment`."""
    found = [n for n, line in enumerate(path.read_text("utf-8").splitlines(), 1) if fragment in line]
    assert len(found) == 1, f"{fragment!r} is on lines {found}"
    return found[0]


def bare(folder: Path, *words: str, stdin: str = "", timeout: float = 120) -> Seen:
    return _call([sys.executable, *words], folder, stdin, timeout)


def watched(
    folder: Path, *words: str, stdin: str = "", quiet: bool = True, timeout: float = 120, budget: float = 0
) -> Seen:
    """`numsan run --json r.json ...words`, without experiments unless they get a budget of seconds."""
    target = folder / "r.json"
    target.unlink(missing_ok=True)
    options = ["--budget", str(budget), *(["--quiet"] if quiet else [])]
    command = [sys.executable, "-m", "numsan", "run", *options, "--json", str(target), *words]
    seen = _call(command, folder, stdin, timeout)
    report = json.loads(target.read_text("utf-8")) if target.exists() else None
    return Seen(seen.status, seen.out, seen.err, report)


def _call(command: list[str], folder: Path, stdin: str, timeout: float) -> Seen:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Seen(done.returncode, done.stdout, done.stderr)


def same(folder: Path, *words: str, stdin: str = "", timeout: float = 120) -> Seen:
    """Runs both ways, holds that nothing differs, and gives what was seen."""
    plain = bare(folder, *words, stdin=stdin, timeout=timeout)
    seen = watched(folder, *words, stdin=stdin, timeout=timeout)
    assert (seen.status, seen.out, seen.err) == (plain.status, plain.out, plain.err)
    return seen
