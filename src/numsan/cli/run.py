"""`numsan run`: read the arguments, look at the script, hand over to the watching session."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import math
import os
import stat
import sys

from numsan.cli import Parser
from numsan.core.config import RunOptions

_TAKES_VALUE = ("--json", "--out", "--budget")


def main(argv: list[str]) -> int:
    """Exit status: the program's own, 3 when a numerical failure was found, 2 for bad usage."""
    options = parse(argv)
    problem = problem_of(options)
    if problem:
        return _refuse(problem)
    try:
        program = importlib.import_module("numsan.watch.program")
    except (ImportError, OSError) as error:
        if "torch" in sys.modules:
            raise
        return _refuse(f"numsan run needs torch ({error}); install it with: pip install 'numsan[torch]'")
    return program.run(options)


def parse(argv: list[str]) -> RunOptions:
    """Options of `numsan run` stand before the script; everything after it belongs to the program.

    >>> parse(["--quiet", "train.py", "--json", "x"])
    RunOptions(script='train.py', module=None, args=('--json', 'x'), json_path=None, out=None, quiet=True,
    watch_only=False, budget=None)
    """
    own, program = _split(argv)
    parser = _parser()
    known = parser.parse_args(own)
    is_module = known.module is not None
    if not is_module and not program:
        parser.error("no program given: numsan run SCRIPT [ARGS...] or numsan run -m MODULE [ARGS...]")
    return RunOptions(
        script=None if is_module else program[0],
        module=known.module,
        args=tuple(program if is_module else program[1:]),
        json_path=known.json,
        out=known.out,
        quiet=known.quiet,
        watch_only=known.watch_only,
        budget=known.budget,
    )


def _split(argv: list[str]) -> tuple[list[str], list[str]]:
    """Our own options, and the program with its arguments. argparse cannot tell `--json` of the two apart."""
    at = 0
    while at < len(argv) and argv[at].startswith("-") and argv[at] != "-":
        if argv[at] == "--":
            return argv[:at], argv[at + 1 :]
        if argv[at].startswith("-m"):
            end = at + (2 if argv[at] == "-m" else 1)
            return argv[:end], argv[end:]
        at += 2 if argv[at] in _TAKES_VALUE else 1
    return argv[:at], argv[at:]


def _parser() -> Parser:
    parser = Parser(
        prog="numsan run",
        usage="numsan run [--json PATH] [--out DIR] [--quiet] [--watch-only] [--budget SECONDS] (SCRIPT | -m MODULE) "
        "[ARGS...]",
        description="Run a training program as it is and watch its numbers. When the loss, a gradient or a "
        "weight stops being finite, replay the failing step and name the expression that caused it.",
        epilog="exit status: the program's own, 3 when a numerical failure was found, 2 for bad usage",
        allow_abbrev=False,
    )
    parser.add_argument("--json", metavar="PATH", help="also write the report as JSON (numsan.report/1)")
    parser.add_argument("--out", metavar="DIR", help="folder for what the run records")
    parser.add_argument("--quiet", action="store_true", help="print nothing unless something is wrong")
    parser.add_argument("--watch-only", action="store_true", help="detect a failure, but do not replay it")
    parser.add_argument("--budget", metavar="SECONDS", type=_seconds, help="time for experiments after a failure, 0 for "
                        "none (default: 60, or what 100 steps take)")  # fmt: skip
    parser.add_argument("-m", dest="module", metavar="MODULE", help="run a module, as `python -m` does")
    return parser


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds, 0 or more")
    return value


def problem_of(options: RunOptions) -> str | None:
    if options.module is not None:
        return _module_problem(options.module)
    script = options.script or ""
    try:
        mode = os.stat(script).st_mode
    except OSError as error:
        return f"cannot open {script!r}: {(error.strerror or str(error)).lower()}"
    except ValueError:
        return f"cannot open {script!r}: not a file name"
    if stat.S_ISDIR(mode):
        return f"cannot run {script!r}: it is a directory; name the script, or a package with -m"
    if not os.access(script, os.R_OK):
        return f"cannot open {script!r}: permission denied"
    return None


def _module_problem(module: str) -> str | None:
    """Looks only for the outermost package: finding a submodule would already run the package."""
    top = module.partition(".")[0]
    sys.path.insert(0, os.getcwd())
    try:
        found = bool(top) and importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):
        found = False
    finally:
        sys.path.pop(0)
    return None if found else f"no module named {top!r} here or among the installed packages"


def _refuse(problem: str) -> int:
    sys.stderr.write(problem + "\n" if problem.startswith("numsan") else f"numsan run: {problem}\n")
    return 2
