"""Re-execution: the program runs again from its start in a fresh process, traced at exactly the failing step.

Used where the step cannot be made to repeat in place. The child finds the environment variables below, diagnoses its
own trace, writes the report as JSON and ends; its output is discarded, and it reads nothing from the terminal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from numsan.core.config import RunOptions
from numsan.watch import ranks

STEP, OUT, MODE = "NUMSAN_RERUN_STEP", "NUMSAN_RERUN_OUT", "NUMSAN_RERUN_MODE"
_FOLDER, _ENVIRONMENT = os.getcwd(), dict(os.environ)  # as at the start: the program may have changed both
LEVEL = "NUMSAN_RERUN_LEVEL"
Mode = Literal["trace", "births", "outliers"]


@dataclass(frozen=True, slots=True)
class Armed:
    """What a re-executed program is asked to do."""

    step: int
    out: str
    mode: str = "trace"
    level: float | None = None  # births: of values at least so large, instead of non-finite ones


def asked() -> Armed | None:
    """The request of a parent, taken out of the environment so that the program does not see it."""
    step, out, mode, level = (os.environ.pop(name, None) for name in (STEP, OUT, MODE, LEVEL))
    if step is None or out is None:
        return None
    return Armed(int(step), out, mode or "trace", float(level) if level else None)


def again(
    options: RunOptions, step: int, seconds: float, mode: Mode = "trace", level: float | None = None
) -> Any:
    """What the child wrote (a report, or births), or None when it did not end in time or could not be started."""
    if ranks.count() > 1:  # a single rank run again would wait for the others
        return None
    with tempfile.TemporaryDirectory(prefix="numsan-") as folder:
        out = os.path.join(folder, "report.json")
        flags: list[str] = getattr(subprocess, "_args_from_interpreter_flags", list)()
        command = [sys.executable, *flags, "-m", "numsan", "run", "--quiet", *_program(options)]
        env = {**_ENVIRONMENT, STEP: str(step), OUT: out, MODE: mode, LEVEL: str(level or "")}
        source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        env["PYTHONPATH"] = os.pathsep.join(p for p in (source, env.get("PYTHONPATH", "")) if p)
        try:
            subprocess.run(
                command, cwd=_FOLDER, env=env, timeout=seconds, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, check=False,
            )  # fmt: skip
            with open(out, encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return None


def reply(armed: Armed, data: Any) -> NoReturn:
    """Ends a re-executed program with its answer; nothing else of it matters."""
    with open(armed.out, "w", encoding="utf-8") as file:
        json.dump(data, file)
    os._exit(0)


def _program(options: RunOptions) -> list[str]:
    if options.module is not None:
        return ["-m", options.module, *options.args]
    return [str(options.script), *options.args]
