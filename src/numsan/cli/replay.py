"""`numsan replay RUN_DIR`: the failing step of a run once more, in a new process, compared bit for bit."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, cast

from numsan.cli import Parser
from numsan.core.config import RunOptions
from numsan.core.files import CAPSULE, BadFolder, document, inside


def main(argv: list[str]) -> int:
    """Exit status 0 where the step did what was expected, 1 where not, 2 for a folder that cannot be replayed."""
    parser = Parser(
        prog="numsan replay",
        description="Run the program of a run folder again, as its files are here now, up to the step that failed, and "
        "compare that step with the recorded one bit for bit.",
        epilog="exit status: 0 as expected, 1 not, 2 for a folder that cannot be replayed",
    )
    parser.add_argument("folder", metavar="RUN_DIR", help="the folder that the report names")
    parser.add_argument("--expect", choices=("nonfinite", "finite"), default="nonfinite",
                        help="nonfinite: the step fails with the same bits (default); finite: it was repaired")  # fmt: skip
    args = parser.parse_args(argv)
    try:
        capsule = document(args.folder, "capsule.json", CAPSULE)
        options = _options(capsule)
        step = _number(capsule.get("step"))
    except BadFolder as error:
        parser.error(str(error))
    try:
        replaying = importlib.import_module("numsan.watch.replaying")
    except (ImportError, OSError) as error:
        if "torch" in sys.modules:
            raise
        parser.error(f"needs torch ({error}); install it with: pip install 'numsan[torch]'")
    return replaying.replay(options, capsule, step, args.expect)


def _options(capsule: dict[str, Any]) -> RunOptions:
    """Only what lies in this folder is run; a capsule's own text never is."""
    program = capsule.get("program")
    if not isinstance(program, dict):
        raise BadFolder("the capsule names no program")
    known = cast("dict[str, Any]", program)
    script, module, args = known.get("script"), known.get("module"), known.get("args")
    if not isinstance(args, list) or not all(isinstance(a, str) for a in cast("list[Any]", args)):
        raise BadFolder("the capsule's arguments are damaged")
    if isinstance(script, str) and module is None:
        path = inside(os.getcwd(), os.path.relpath(script) if os.path.isabs(script) else script)
        if not os.path.isfile(path):
            raise BadFolder(f"{script!r} is not here; change to the folder that the run was started in")
        return RunOptions(script=script, args=tuple(cast("list[str]", args)), quiet=True)
    if isinstance(module, str) and script is None:
        return RunOptions(module=module, args=tuple(cast("list[str]", args)), quiet=True)
    raise BadFolder("the capsule names no program")


def _number(step: object) -> int:
    if not isinstance(step, int) or step < 0:
        raise BadFolder("the capsule names no step")
    return step
