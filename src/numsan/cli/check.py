"""`numsan check`: read the arguments, check the files, print the findings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from numsan import rules
from numsan.check import settings as config
from numsan.check.files import python_files
from numsan.check.run import Checked, check_files, check_text
from numsan.check.settings import Settings
from numsan.cli import Parser
from numsan.core.finding import Finding
from numsan.report import check as report
from numsan.report.terminal import color_wanted, width_of, write


def main(argv: list[str]) -> int:
    """Exit status: 0 clean, 1 findings, 2 usage."""
    args = _parser().parse_args(argv)
    rules.load()
    try:
        chosen = _settings(args)
        paths = [] if args.paths == ["-"] else list(python_files(args.paths, chosen.exclude))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"numsan check: {error}\n")
        return 2
    results = [check_text(sys.stdin.read(), "<stdin>", chosen)] if args.paths == ["-"] else None
    if args.fix or args.unsafe_fixes or args.diff:
        return _repair(paths, chosen, args)
    return _report(results or list(check_files(paths, chosen)), args)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="numsan check", description="Find expressions that go wrong for some input.")
    parser.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="files, folders, or - for stdin"
    )
    parser.add_argument("--format", choices=("full", "concise", "json"), default="full")
    parser.add_argument("--select", default="", metavar="CODES", help="only these: NS101,NS4,log-of-zero")
    parser.add_argument("--ignore", default="", metavar="CODES", help="not these")
    parser.add_argument(
        "--persona", choices=("regular", "pedantic"), help="pedantic also says what it cannot prove"
    )
    parser.add_argument(
        "--fix", action="store_true", help="apply repairs that mean the same where it was finite"
    )
    parser.add_argument("--unsafe-fixes", action="store_true", help="apply all repairs")
    parser.add_argument(
        "--diff", action="store_true", help="print what a repair would change, change nothing"
    )
    parser.add_argument("--statistics", action="store_true", help="count findings by rule")
    parser.add_argument("--exit-zero", action="store_true", help="exit status 0 even with findings")
    return parser


def _settings(args: argparse.Namespace) -> Settings:
    first = "." if args.paths == ["-"] else args.paths[0]
    settings = config.read(Path(first).resolve())
    select, ignore = _codes(args.select), _codes(args.ignore)
    for codes in (select, ignore):
        if (problem := config.unknown(codes)) is not None:
            raise ValueError(f"no rule {problem!r}; numsan rules lists them")
    return replace(
        settings,
        select=select or settings.select,
        ignore=(*settings.ignore, *ignore),
        persona=args.persona or settings.persona,
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(c.strip() for c in text.split(",") if c.strip())


def _report(results: Sequence[Checked], args: argparse.Namespace) -> int:
    findings = [f for r in results for f in r.findings]
    for note in (r.note for r in results if r.note):
        sys.stderr.write(f"numsan check: {note}\n")
    write(sys.stdout, _text(findings, len(results), args))
    if any(r.internal for r in results):
        return 2
    return 1 if findings and not args.exit_zero else 0


def _text(findings: list[Finding], files: int, args: argparse.Namespace) -> str:
    if args.format == "json":
        return report.as_json(findings)
    if args.statistics:
        return report.statistics(findings) + report.summary(findings, files)
    color = color_wanted(sys.stdout)
    if args.format == "concise":
        return report.concise(findings, color)
    return report.full(findings, width=width_of(sys.stdout), color=color) + report.summary(findings, files)


def _repair(paths: Sequence[str], chosen: Settings, args: argparse.Namespace) -> int:
    """Writes repaired files (or prints the diff); the status speaks about what is left."""
    from numsan.check.edits import unified
    from numsan.check.repair import repaired

    changed: list[str] = []
    for path in paths:
        try:
            text = Path(path).read_bytes().decode()
            after = repaired(text, path, settings=chosen, unsafe=args.unsafe_fixes)
        except (OSError, ValueError, SyntaxError, RecursionError):
            continue  # the report below says what is wrong with the file
        if after == text:
            continue
        changed.append(path)
        if args.diff:
            write(sys.stdout, unified(text, after, path))
        else:
            Path(path).write_bytes(after.encode())
    if args.diff:
        return 1 if changed and not args.exit_zero else 0
    sys.stderr.write(f"numsan check: {len(changed)} file{'' if len(changed) == 1 else 's'} repaired\n")
    return _report(list(check_files(paths, chosen)), args)
