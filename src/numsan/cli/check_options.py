"""The options of `numsan check`, and what they make of the configuration."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from numsan import rules
from numsan.check import config
from numsan.check.settings import Settings, unknown
from numsan.cli import Parser

FORMATS = ("full", "concise", "json", "github", "sarif")


def parser() -> argparse.ArgumentParser:
    made = Parser(
        prog="numsan check",
        description="Find expressions that go wrong for some input. CODES are codes, prefixes or names, "
        "separated by commas: NS101,NS4,log-of-zero.",
        epilog="exit status: 0 clean, 1 findings, 2 usage or internal error",
        allow_abbrev=False,
    )
    made.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, or - for stdin (default: .)")
    _what(made)
    _output(made)
    _repairs(made)
    return made


def _what(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("what to check")
    group.add_argument("--select", default="", metavar="CODES", help="only these rules")
    group.add_argument("--extend-select", default="", metavar="CODES", help="these besides the selected ones")
    group.add_argument("--ignore", default="", metavar="CODES", help="not these")
    group.add_argument(
        "--persona",
        choices=("regular", "pedantic"),
        help="pedantic also says what the source alone cannot prove",
    )
    group.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="take [tool.numsan] from this TOML file (default: the nearest pyproject.toml)",
    )
    group.add_argument(
        "--stdin-filename", metavar="PATH", help="what standard input is called in findings and settings"
    )
    group.add_argument("--no-respect-gitignore", action="store_true", help="check what git ignores, too")
    group.add_argument(
        "--force-exclude", action="store_true", help="leave excluded files out even when they are named"
    )
    group.add_argument("--no-cache", action="store_true", help="check every file again, keep nothing")
    group.add_argument(
        "--cache-dir",
        metavar="DIR",
        help="keep results here (default: .numsan_cache beside the configuration)",
    )


def _output(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("output")
    group.add_argument("--format", choices=FORMATS, default="full")
    group.add_argument("--statistics", action="store_true", help="count findings by rule")
    group.add_argument("--exit-zero", action="store_true", help="exit status 0 even with findings")


def _repairs(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("repairs")
    group.add_argument("--fix", action="store_true", help="apply repairs that are safe")
    group.add_argument("--unsafe-fixes", action="store_true", help="apply all repairs")
    group.add_argument("--diff", action="store_true", help="print what a repair would change; change nothing")


def settings_of(args: argparse.Namespace) -> Settings:
    """The configuration with the command line on top.

    Raises: ValueError with one line for a wrong configuration or a code that no rule has.
    """
    first = args.paths[0] if args.paths[0] != "-" else args.stdin_filename or "."
    found = config.read(args.config) if args.config else config.nearest(Path(first).resolve())
    select, extend, ignore = map(_codes, (args.select, args.extend_select, args.ignore))
    return replace(
        found,
        select=select or found.select,
        extend_select=(*found.extend_select, *extend),
        ignore=(*found.ignore, *ignore),
        persona=args.persona or found.persona,
        respect_gitignore=found.respect_gitignore and not args.no_respect_gitignore,
        cache=str(Path(args.cache_dir).resolve()) if args.cache_dir else found.cache,
    )


def _codes(text: str) -> tuple[str, ...]:
    codes = tuple(c.strip() for c in text.split(",") if c.strip())
    if codes:
        rules.load()
    if (problem := unknown(codes)) is not None:
        raise ValueError(f"no rule {problem!r}; `numsan rules` lists them")
    return codes
