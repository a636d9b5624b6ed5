"""Findings of `numsan check`: one line each, in full, or as `numsan.check/1`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from numsan.core.finding import Finding
from numsan.core.rule import CATALOG
from numsan.report import sections
from numsan.report.excerpt import read_lines
from numsan.report.json import finding_dict
from numsan.report.rule_page import why
from numsan.report.terminal import Style, clean, styler, wrap

SCHEMA = "numsan.check/1"
_TINT = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}
Source = Callable[[str], list[str] | None]


def as_json(findings: Sequence[Finding]) -> str:
    """Strict JSON, ASCII only."""
    return json.dumps({"schema": SCHEMA, "findings": [finding_dict(f) for f in findings]}, indent=1) + "\n"


def concise(findings: Sequence[Finding], color: bool = False) -> str:
    """`file:line:column: code name: title`, columns from 1 as editors count."""
    style = styler(color)
    return "".join(_line(f, style) for f in findings)


def _line(finding: Finding, style: Style) -> str:
    place = f"{sections.place(finding) or '?'}:{(finding.column or 0) + 1}"
    repair = " [fix]" if finding.fix is not None and finding.fix.diff else ""
    return (
        f"{place}: {style(finding.code, _TINT[finding.severity])} {finding.name}: {finding.title}{repair}\n"
    )


def full(
    findings: Sequence[Finding], *, width: int = 80, color: bool = False, source: Source = read_lines
) -> str:
    """Each finding with its lines, the expression underlined, and what to write instead.

    The first finding of a rule also says why: the mathematics, and from which value on in which format.
    """
    style = styler(color)
    explained: set[str] = set()
    text = ""
    for finding in findings:
        lines = _finding(finding, width, style, source, finding.code not in explained)
        text += "\n".join(lines).rstrip("\n") + "\n\n"
        explained.add(finding.code)
    return text


def _finding(finding: Finding, width: int, style: Style, source: Source, explained: bool) -> Iterator[str]:
    for line in wrap(f"{finding.code} {finding.name}: {finding.title}", width):
        yield style(line, _TINT[finding.severity])
    yield from sections.where(finding, width, style, source)
    yield from _made(finding, width, style)
    if explained and (rule := CATALOG.get(finding.code)) is not None:
        yield from sections.labelled("why", why(rule), width, style)
        yield ""
    if finding.fix is not None:
        yield from sections.labelled("fix", finding.fix.summary, width, style)
        yield from _repair(finding.fix.diff, style)


def _made(finding: Finding, width: int, style: Style) -> Iterator[str]:
    """The statements on other lines that made the value."""
    label = "made"
    for link in finding.chain[:-1]:
        yield from sections.labelled(label, link.says, width, style, head=f"line {link.line}  ")
        label = ""
    if finding.chain[:-1]:
        yield ""


def _repair(diff: str | None, style: Style) -> Iterator[str]:
    for line in (diff or "").splitlines():
        if line.startswith(("+", "-")) and not line.startswith(("+++", "---")):
            yield " " * 9 + style(clean(line), "green" if line.startswith("+") else "red")


def summary(findings: Sequence[Finding], files: int, unread: int = 0) -> str:
    """The last line, about so many files and so many that could not be looked at."""
    missing = f", {_count(unread, 'file')} not checked" if unread else ""
    if not findings:
        return f"numsan: nothing found in {_count(files, 'file')}{missing}\n"
    repairs = sum(f.fix is not None and f.fix.diff is not None for f in findings)
    more = f", {repairs} with a repair (--fix, --unsafe-fixes)" if repairs else ""
    return f"numsan: {_count(len(findings), 'finding')} in {_count(files, 'file')}{missing}{more}\n"


def statistics(findings: Sequence[Finding]) -> str:
    """How many findings each rule has, most first."""
    counts: dict[tuple[str, str], int] = {}
    for f in findings:
        counts[f.code, f.name] = counts.get((f.code, f.name), 0) + 1
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return "".join(f"{n:>6}  {code} {name}\n" for (code, name), n in rows)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
