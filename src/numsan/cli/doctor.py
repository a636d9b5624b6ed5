"""`numsan doctor`: the practitioner's checklist run on a program, before or after something went wrong."""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys

from numsan.cli import Parser
from numsan.cli.run import parse, problem_of
from numsan.report.doctor import render
from numsan.report.terminal import color_wanted, width_of, write

_OWN = ("--steps", "--seconds", "--format")


def main(argv: list[str]) -> int:
    """Exit status: 0 nothing found, 1 something found, 2 usage or a program that does not run."""
    own, program = _split(argv)
    args = _parser().parse_args(own)
    if not program:
        _parser().error(
            "no program given: numsan doctor SCRIPT [ARGS...] or numsan doctor -m MODULE [ARGS...]"
        )
    options = dataclasses.replace(parse(program), quiet=True)
    problem = problem_of(options)
    if problem:
        return _refuse(problem)
    try:
        doctoring = importlib.import_module("numsan.watch.doctoring")
    except (ImportError, OSError) as error:
        if "torch" in sys.modules:
            raise
        return _refuse(f"needs torch ({error}); install it with: pip install 'numsan[torch]'")
    result = doctoring.examined(options, args.steps, args.seconds)
    if isinstance(result, str):
        return _refuse(result)
    lines, steps = result
    if args.format == "json":
        found = [dataclasses.asdict(line) for line in lines]
        sys.stdout.write(
            json.dumps({"schema": "numsan.doctor/1", "steps": steps, "lines": found}, indent=1) + "\n"
        )
    else:
        name = options.script or options.module or ""
        write(
            sys.stdout, render(name, steps, lines, width=width_of(sys.stdout), color=color_wanted(sys.stdout))
        )
    return 0 if all(line.ok for line in lines) else 1


def _split(argv: list[str]) -> tuple[list[str], list[str]]:
    """Our options stand before the program."""
    at = 0
    while at < len(argv) and argv[at].startswith("-") and not argv[at].startswith("-m"):
        at += 2 if argv[at] in _OWN else 1
    return argv[:at], argv[at:]


def _parser() -> Parser:
    parser = Parser(
        prog="numsan doctor",
        usage="numsan doctor [--steps N] [--seconds S] [--format text|json] (SCRIPT | -m MODULE) [ARGS...]",
        description="Run a training program for some steps and go through the practitioner's checklist: data, the course "
        "of the loss, the learning rate at 3 and 10 times, gradients by layer, float64, float16, matrices. Copies of "
        "the program do the work; they write nothing that lasts.",
        epilog="exit status: 0 nothing found, 1 something found, 2 bad usage or a program that does not run",
        allow_abbrev=False,
    )
    parser.add_argument("--steps", type=int, default=100, metavar="N", help="steps to look at (default: 100)")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S", help="time for it (default: 60)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser


def _refuse(problem: str) -> int:
    sys.stderr.write(f"numsan doctor: {problem}\n")
    return 2
