"""A zoo case: a training program in a folder, and what is known to be true about it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).resolve().parent
CASES = HERE / "cases"
PYTHON = os.environ.get("PYTHON", sys.executable)
LIMIT = float(os.environ.get("CASE_SECONDS", "300"))


@dataclass(frozen=True)
class Ran:
    """The outcome of one command."""

    code: int
    seconds: float
    out: str
    err: str


@dataclass(frozen=True)
class Case:
    """A folder with `train.py` and `truth.json`."""

    folder: Path
    truth: dict[str, Any]

    @property
    def name(self) -> str:
        return self.folder.name


def load_json(path: Path) -> Any:
    """The parsed file, or None where there is none or it does not parse."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def load_cases(names: Sequence[str] = ()) -> list[Case]:
    """The cases named (by folder name or path), or all of them."""
    folders = [CASES / n if (CASES / n).is_dir() else Path(n) for n in names] or sorted(CASES.iterdir())
    found = [(folder, load_json(folder / "truth.json")) for folder in folders]
    return [Case(folder.resolve(), truth) for folder, truth in found if truth is not None]


def execute(command: Sequence[str], cwd: Path, **env: str) -> Ran:
    start = time.perf_counter()
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=LIMIT, env={**os.environ, **env}
        )
    except subprocess.TimeoutExpired:
        return Ran(124, LIMIT, "", f"no end within {LIMIT:.4g} s")
    return Ran(done.returncode, time.perf_counter() - start, done.stdout, done.stderr)


@contextmanager
def working_copy(case: Case) -> Iterator[Path]:
    """A scratch copy of the program without its truth."""
    with TemporaryDirectory() as scratch:
        work = Path(scratch) / "case"
        shutil.copytree(
            case.folder, work, ignore=shutil.ignore_patterns("truth.json", "__pycache__", ".numsan")
        )
        yield work


def probe(work: Path) -> tuple[Ran, dict[str, Any]]:
    """Run `train.py` under the independent witness."""
    with TemporaryDirectory() as scratch:
        out = Path(scratch) / "seen.json"
        ran = execute([PYTHON, str(HERE / "probe.py"), "train.py"], work, PROBE_OUT=str(out))
        return ran, load_json(out) or {}


def repair(work: Path, truth: dict[str, Any]) -> None:
    """Apply `fixed_replacements`, from the last line to the first so that line numbers stay valid."""
    for change in sorted(truth["fixed_replacements"], key=lambda c: -int(c["line"])):
        path = work / change["file"]
        lines = path.read_text().split("\n")
        line = lines[change["line"] - 1]
        if line.strip() != change["old"]:
            raise ValueError(f"{path.name}:{change['line']} is {line.strip()!r}, not {change['old']!r}")
        indent = line[: len(line) - len(line.lstrip())]
        lines[change["line"] - 1] = "\n".join(indent + new for new in change["new"].split("\n"))
        path.write_text("\n".join(lines))
