"""`numsan check` with its arguments read: check the files, print the findings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

from numsan import rules
from numsan.check import cache
from numsan.check.diffs import unified
from numsan.check.document import check_document, repaired_document
from numsan.check.files import found
from numsan.check.pool import check_files
from numsan.check.result import Checked
from numsan.check.settings import Settings
from numsan.check.text import Text, decoded
from numsan.cli import check_options
from numsan.cli.check_repair import repair_files
from numsan.core.finding import Finding
from numsan.core.rule import get
from numsan.report import check as report
from numsan.report.excerpt import read_lines
from numsan.report.github import as_github
from numsan.report.sections import Source
from numsan.report.terminal import clean, color_wanted, width_of, write


@dataclass(slots=True)
class _Outcome:
    """What there is to say at the end. `source` gives the lines of a file that findings are in."""

    results: Sequence[Checked]
    notes: list[str] = field(default_factory=list[str])
    source: Source = read_lines
    stream: TextIO = field(default_factory=lambda: sys.stdout)


def checked(args: argparse.Namespace) -> int:
    """Exit status: 0 clean, 1 findings, 2 usage."""
    try:
        chosen = check_options.settings_of(args)
        return _stdin(chosen, args) if "-" in args.paths else _files(chosen, args)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"numsan check: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def _files(chosen: Settings, args: argparse.Namespace) -> int:
    files = found(args.paths, chosen, force_exclude=args.force_exclude)
    known = None if args.no_cache else cache.opened(chosen)
    outcome = _Outcome(list(check_files(files.files, chosen, known)), list(files.notes))
    if args.fix or args.unsafe_fixes or args.diff:
        with_repair = [r.path for r in outcome.results if any(f.fix and f.fix.diff for f in r.findings)]
        changed, problems = repair_files(with_repair, chosen, unsafe=args.unsafe_fixes, diff=args.diff)
        outcome.notes += problems
        if args.diff:
            _say([*outcome.notes, *(r.note for r in outcome.results if r.note)])
            return 1 if changed and not args.exit_zero else 0
        _say([f"{len(changed)} file{'' if len(changed) == 1 else 's'} repaired"])
        again = {r.path: r for r in check_files(changed, chosen)}
        outcome.results = [again.get(r.path, r) for r in outcome.results]
    return _report(outcome, args, chosen)


def _stdin(chosen: Settings, args: argparse.Namespace) -> int:
    """One text from standard input; a repair of it goes to standard output, the report beside it."""
    if args.paths != ["-"]:
        raise ValueError("- (standard input) cannot be checked together with other paths")
    name = args.stdin_filename or "<stdin>"
    given = _read_stdin()
    text, stream = given.text, sys.stdout
    if args.fix or args.unsafe_fixes or args.diff:
        text = repaired_document(text, name, chosen, unsafe=args.unsafe_fixes)
        if args.diff:
            write(sys.stdout, unified(given.text, text, name) if text != given.text else "")
            return 1 if text != given.text and not args.exit_zero else 0
        write(sys.stdout, text)
        stream = sys.stderr
    outcome = _Outcome([check_document(text, name, chosen)], [], lambda _: text.splitlines(), stream)
    return _report(outcome, args, chosen)


def _read_stdin() -> Text:
    buffer = getattr(sys.stdin, "buffer", None)
    return decoded(buffer.read()) if buffer is not None else Text(sys.stdin.read(), "utf-8")


def _report(outcome: _Outcome, args: argparse.Namespace, chosen: Settings) -> int:
    results = outcome.results
    named = {*args.paths, args.stdin_filename or "<stdin>"}
    _say([*outcome.notes, *(r.note for r in results if r.note)])
    write(outcome.stream, _sarif(outcome) if args.format == "sarif" else _text(outcome, args))
    if any(r.internal or (r.unread and r.path in named) for r in results):
        return 2  # a fault of ours, or a file that was named and could not be looked at
    failing = any(r.findings or any(_asked_for(f, chosen) for f in r.remarks) for r in results)
    return 1 if failing and not args.exit_zero else 0


def _say(notes: Sequence[str]) -> None:
    for note in notes:
        write(sys.stderr, f"numsan check: {clean(note)}\n")


def _asked_for(finding: Finding, chosen: Settings) -> bool:
    rules.load()
    return chosen.asks_for(get(finding.code))


def _sarif(outcome: _Outcome) -> str:
    from numsan.report.sarif import Note, as_sarif

    rules.load()
    results = outcome.results
    return as_sarif(
        [f for r in results for f in (*r.findings, *r.remarks)],
        [(s.finding, s.reason) for r in results for s in r.silenced],
        [*map(Note, outcome.notes), *(Note(r.note, r.internal) for r in results if r.note)],
        outcome.source,
    )


def _text(outcome: _Outcome, args: argparse.Namespace) -> str:
    findings = [f for r in outcome.results for f in (*r.findings, *r.remarks)]
    files = sum(not r.unread for r in outcome.results)
    unread = len(outcome.results) - files
    if args.format == "json":
        return report.as_json(findings)
    if args.format == "github":
        return as_github(findings)
    if args.statistics:
        return report.statistics(findings) + report.summary(findings, files, unread)
    color = color_wanted(outcome.stream)
    if args.format == "concise":
        return report.concise(findings, color)
    if findings:
        rules.load()
    width = width_of(outcome.stream)
    full = report.full(findings, width=width, color=color, source=outcome.source)
    return full + report.summary(findings, files, unread)
