"""The `numsan` command: finds the command's module, imports only that one, hands over the arguments."""

from __future__ import annotations

import argparse
import difflib
import importlib
import importlib.util
import sys
from typing import NoReturn

from numsan import __version__

COMMANDS = {
    "run": "watch a training program; on a NaN, name the line that caused it",
    "doctor": "go through the practitioner's checklist on a program, failed or not",
    "replay": "run the step that failed once more, and compare it bit for bit",
    "fix": "print or apply the repair that a run verified",
    "check": "find expressions in source that go wrong for some input, and repair them",
    "lsp": "serve findings and repairs to an editor",
    "explain": "why a rule exists: the mathematics, the thresholds, the fix",
    "rules": "list the rules",
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose error is one line and exit status 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def available() -> dict[str, str]:
    """Commands whose module is installed, with their one-line help."""
    return {name: text for name, text in COMMANDS.items() if importlib.util.find_spec(f"{__name__}.{name}")}


def main(argv: list[str] | None = None) -> int:
    """Run one command; the return value is the exit status."""
    args = sys.argv[1:] if argv is None else argv
    commands = available()
    parser = _parser(commands)
    if not args:
        parser.print_help(sys.stderr)
        return 2
    if args[0].startswith("-"):
        parser.parse_args(args)
        return 0
    if args[0] not in commands:
        parser.error(_unknown(args[0], commands))
    return importlib.import_module(f"{__name__}.{args[0]}").main(args[1:])


def _parser(commands: dict[str, str]) -> Parser:
    width = max(map(len, commands))
    rows = "\n".join(f"  {name:<{width}}  {text}" for name, text in commands.items())
    parser = Parser(
        prog="numsan",
        usage="numsan COMMAND ...",
        description="A numerical sanitizer for PyTorch training.",
        epilog=f"commands:\n{rows}\n\nnumsan COMMAND --help says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"numsan {__version__}")
    return parser


def _unknown(name: str, commands: dict[str, str]) -> str:
    near = difflib.get_close_matches(name, commands, n=1)
    if near:
        return f"unknown command {name!r}, did you mean {near[0]!r}?"
    if name.endswith(".py"):
        return f"unknown command {name!r}, did you mean 'run {name}'?"
    return f"unknown command {name!r}; there are {', '.join(commands)}"
