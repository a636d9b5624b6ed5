"""`numsan check`: read the arguments, check the files, print the findings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from numsan import rules
from numsan.check import cache
from numsan.check.files import python_files
from numsan.check.pool import check_files
from numsan.check.result import Checked
from numsan.check.run import check_text
from numsan.check.settings import Settings
from numsan.cli import check_options
from numsan.core.finding import Finding
from numsan.core.rule import get
from numsan.report import check as report
from numsan.report.github import as_github
from numsan.report.terminal import color_wanted, width_of, write


def main(argv: list[str]) -> int:
    """Exit status: 0 clean, 1 findings, 2 usage."""
    args = check_options.parser().parse_args(argv)
    args.paths = args.paths or ["."]
    try:
        chosen = check_options.settings_of(args)
        paths = [] if args.paths == ["-"] else list(python_files(args.paths, chosen.exclude))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"numsan check: {error}\n")
        return 2
    results = [check_text(sys.stdin.read(), "<stdin>", chosen)] if args.paths == ["-"] else None
    if args.fix or args.unsafe_fixes or args.diff:
        return _repair(paths, chosen, args)
    return _report(results or _checked(paths, chosen, args), args, chosen)


def _checked(paths: Sequence[str], chosen: Settings, args: argparse.Namespace) -> list[Checked]:
    return list(check_files(paths, chosen, None if args.no_cache else cache.opened(chosen)))


def _report(results: Sequence[Checked], args: argparse.Namespace, chosen: Settings) -> int:
    findings = [f for r in results for f in r.findings]
    for note in (r.note for r in results if r.note):
        sys.stderr.write(f"numsan check: {note}\n")
    write(sys.stdout, sarif(results) if args.format == "sarif" else _text(findings, len(results), args))
    if any(r.internal for r in results):
        return 2
    return 1 if any(_counts(f, chosen) for f in findings) and not args.exit_zero else 0


def sarif(results: Sequence[Checked]) -> str:
    from numsan.report.sarif import Note, as_sarif

    rules.load()
    return as_sarif(
        [f for r in results for f in r.findings],
        [(s.finding, s.reason) for r in results for s in r.silenced],
        [Note(r.note, r.internal) for r in results if r.note],
    )


def _counts(finding: Finding, chosen: Settings) -> bool:
    """A finding of severity info is only said, unless its rule was asked for."""
    if finding.severity != "info":
        return True
    rules.load()
    return chosen.asks_for(get(finding.code))


def _text(findings: list[Finding], files: int, args: argparse.Namespace) -> str:
    if args.format == "json":
        return report.as_json(findings)
    if args.format == "github":
        return as_github(findings)
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
    return _report(_checked(paths, chosen, args), args, chosen)
