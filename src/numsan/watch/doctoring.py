"""`numsan doctor`: copies of the program run side by side, one looked at closely, the others with one factor changed."""

from __future__ import annotations

import math
import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from numsan.core.config import RunOptions
from numsan.diagnose.checkup import Line, checkup
from numsan.diagnose.experiments.budget import side_by_side
from numsan.watch import launch, rerun
from numsan.watch.program import standing_by
from numsan.watch.standby import Standby

_RATES = (3.0, 10.0)
Answer = dict[str, Any] | None


def examined(options: RunOptions, steps: int, seconds: float) -> tuple[list[Line], int] | str:
    """The lines of the checkup and the number of steps, or why there are none."""
    try:
        code, module = launch.prepare(options)
    except launch.BadProgram as error:
        return str(error)
    standby = standing_by(options, code, module)
    each = seconds / math.ceil((len(_RATES) + 2) / side_by_side())
    with ThreadPoolExecutor(side_by_side()) as pool:

        def ask(mode: str, **how: Any) -> Future[Answer]:
            return pool.submit(_ask, options, standby, mode, each, until=steps, **how)

        close = ask("examine")
        rates = {k: ask("rewritten", factor="rate", value=k) for k in _RATES}
        double = ask("rewritten", factor="float64")
        seen = close.result()
        if seen is None:
            return "the program could not be run: it raised an error, or took no optimizer step in time"
        faster = {k: future.result() for k, future in rates.items()}
        return checkup(seen, faster, double.result(), _findings(seen["files"])), seen["steps"]


def _findings(files: list[str]) -> list[tuple[str, int, str, str]]:
    """What `numsan check` finds in these files, errors before warnings."""
    from numsan.check.engine import findings_in
    from numsan.repair.text import read

    found: list[Any] = []
    for file in files:
        text = read(file)
        try:
            found += findings_in(text, os.path.relpath(file)) if text is not None else []
        except (SyntaxError, RecursionError):
            continue
    ordered = sorted((f for f in found if f.severity != "info"), key=lambda f: f.severity != "error")
    return [
        (f.file, f.line, f"{f.code} {f.name}: {f.title}", f.fix.summary if f.fix else "") for f in ordered
    ]


def _ask(options: RunOptions, standby: Standby | None, mode: Any, seconds: float, **how: Any) -> Answer:
    request = rerun.Request(step=0, mode=mode, seconds=seconds, **how)
    return rerun.again(options, standby, request, seconds + 10)
