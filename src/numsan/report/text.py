"""The report that a person reads in the terminal: what, where, why, what to do; then the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TextIO

from numsan.core.finding import Finding, Report
from numsan.report import sections
from numsan.report.excerpt import read_lines
from numsan.report.sections import Source
from numsan.report.terminal import Style, clean, color_wanted, columns_of, styler, width_of, wrap, write

_CERTAINTY = {"proved": "root cause, proved", "likely": "likely cause", "suspect": "suspect, not proved"}
Part = Literal["cause", "proof"]
_TINT = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}


def show(
    report: Report, stream: TextIO | None, source: Source = read_lines, part: Part | None = None
) -> None:
    """Print the report as the stream can show it; Python has no stream where its descriptor is closed."""
    if stream is not None:
        width, color = width_of(stream), color_wanted(stream)
        write(stream, render(report, width=width, color=color, source=source, part=part))


def render(
    report: Report, *, width: int = 80, color: bool = False, source: Source = read_lines,
    part: Part | None = None,
) -> str:  # fmt: skip
    """The report as text that ends with a newline; one line when the run was healthy.

    `part`: only what is known before the experiments ("cause"), or only what they added ("proof").

    >>> render(Report(status="healthy", script="train.py", steps=2417))
    'numsan: healthy, 2417 steps watched, 0 findings\\n'
    """
    style = styler(color)
    if not report.findings and report.status != "failed":
        return style(_summary(report), "green") + "\n"
    lines = [] if part == "proof" else [*_headline(report, width, style)]
    if report.findings:
        lines += _main(report, report.findings[0], width, style, source, part)
    else:
        lines += [*sections.labelled("cause", "not found: no operation could be blamed", width, style), ""]
    if part != "cause":
        lines += [*_others(report.findings[1:], width, style), style("━" * width, "dim")]
    return "\n".join(lines) + "\n"


def _summary(report: Report) -> str:
    steps, findings = _count(report.steps, "step"), _count(len(report.findings), "finding")
    return f"numsan: {report.status}, {steps} watched, {findings}"


def _headline(report: Report, width: int, style: Style) -> Iterator[str]:
    if report.status != "failed":
        yield style(_summary(report), "bold yellow")
        yield ""
        return
    at = "" if report.failed_step is None else f" at step {report.failed_step}"
    title = f"━━ numsan: {clean(report.script)} failed{at} "
    yield style(title + "━" * max(0, width - columns_of(title)), "bold red")
    if report.first_signal is not None:
        seen = sections.signal_name(report.first_signal)
        yield from wrap(f"{seen} is not finite (optimizer steps count from 0)", width)
    yield ""


def _main(
    report: Report, finding: Finding, width: int, style: Style, source: Source, part: Part | None
) -> Iterator[str]:
    """The finding in full, most needed first."""
    if part != "proof":
        yield from _title(finding, width, style)
        yield from sections.where(finding, width, style, source)
        yield from sections.labelled("why", finding.cause, width, style)
        yield from sections.operands(finding, style)
        yield ""
        yield from sections.fix(finding, width, style)
        yield from sections.chain(report, finding, width, style)
        yield from sections.samples(finding, width, style)
    if part != "cause":
        yield from sections.proof(finding, width, style)
        yield from sections.verdict(finding, width, style)
    if part == "proof" and finding.fix is not None and finding.fix.diff:
        yield from sections.fix(finding, width, style)


def _title(finding: Finding, width: int, style: Style) -> Iterator[str]:
    tint = _TINT[finding.severity]
    for line in wrap(f"{finding.code} {finding.name}: {clean(finding.title)}", width):
        yield style(line, tint)
    yield style(f"{_CERTAINTY[finding.confidence]} · {finding.kind} · {finding.phase}", "dim")


def _others(findings: Sequence[Finding], width: int, style: Style) -> Iterator[str]:
    label = "also"
    for finding in findings:
        what = f"{finding.code} {finding.name}: {finding.title} ({_CERTAINTY[finding.confidence]})"
        text = f"{sections.place(finding)} {what}".strip()
        yield from sections.labelled(label, text, width, style)
        label = ""
    if findings:
        yield ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
