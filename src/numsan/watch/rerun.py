"""Re-execution: the program runs again from its start in another process, and answers one question.

Used where the step cannot be made to repeat in place. The other process diagnoses its own trace, answers in one line of
JSON and ends; its output is discarded, and it reads nothing from the terminal.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, NoReturn

from numsan.core.config import RunOptions
from numsan.watch import ranks
from numsan.watch.standby import Standby

_REQUEST, _ANSWER = "NUMSAN_RERUN", "NUMSAN_RERUN_ANSWER"
_FOLDER, _ENVIRONMENT = os.getcwd(), dict(os.environ)  # as at the start: the program may have changed both


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a re-executed program is asked to do: trace one step, watch where data first looked as it does, run on for so
    many seconds with some of its files rewritten (`files`: full path to text) or with one `factor` changed (see
    `numsan.watch.factors`), say whether a
    step fails, or be looked at closely for some steps."""

    step: int
    mode: Literal["trace", "births", "outliers", "rewritten", "reached", "examine"] = "trace"
    level: float | None = None  # births: of values at least so large, instead of non-finite ones
    files: dict[str, str] = field(default_factory=dict[str, str])
    seconds: float = math.inf
    factor: str = ""
    value: float = 0.0
    module: str = ""
    since: int = 0  # the first step of the change
    until: int | None = None  # a step that is far enough
    samples: list[int] = field(default_factory=list[int])
    folder: str = ""  # holds what the program writes; it belongs to the one who asks, who may end the program


def asked() -> tuple[Request, int] | None:
    """The request of a parent, taken out of the environment so that the program does not see it."""
    request, answer = os.environ.pop(_REQUEST, None), os.environ.pop(_ANSWER, None)
    if request is None or answer is None:
        return None
    return Request(**json.loads(request)), os.open(answer, os.O_WRONLY)


def reply(answer: int, data: Any) -> NoReturn:
    """Ends a re-executed program with its answer; nothing else of it matters."""
    with os.fdopen(answer, "w", encoding="utf-8") as file:
        file.write(json.dumps(data) + "\n")
    os._exit(0)


def again(options: RunOptions, standby: Standby | None, request: Request, seconds: float) -> Any:
    """The answer, or None when there was none in time."""
    if ranks.count() > 1:  # a single rank run again would wait for the others
        return None
    with tempfile.TemporaryDirectory(prefix="numsan-", ignore_cleanup_errors=True) as folder:
        request = replace(request, folder=folder)
        if standby is not None:
            return standby.ask(asdict(request), seconds)
        return _afresh(options, request, seconds)


def _afresh(options: RunOptions, request: Request, seconds: float) -> Any:
    """In a new interpreter."""
    answer = os.path.join(request.folder, "answer.json")
    open(answer, "w").close()
    flags: list[str] = getattr(subprocess, "_args_from_interpreter_flags", list)()
    command = [sys.executable, *flags, "-m", "numsan", "run", "--quiet", *_program(options)]
    env = {**_ENVIRONMENT, _REQUEST: json.dumps(asdict(request)), _ANSWER: answer}
    source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    env["PYTHONPATH"] = os.pathsep.join(p for p in (source, env.get("PYTHONPATH", "")) if p)
    try:
        subprocess.run(
            command, cwd=_FOLDER, env=env, timeout=seconds, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        with open(answer, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def _program(options: RunOptions) -> list[str]:
    if options.module is not None:
        return ["-m", options.module, *options.args]
    return [str(options.script), *options.args]
