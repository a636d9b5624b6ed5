"""Workflow commands of GitHub Actions: a finding becomes an annotation on its line."""

from __future__ import annotations

from collections.abc import Sequence

from numsan.core.finding import Finding
from numsan.report.terminal import clean

_COMMAND = {"error": "error", "warning": "warning", "info": "notice"}


def as_github(findings: Sequence[Finding]) -> str:
    """One `::warning file=...::` a finding."""
    return "".join(f"{_command(f)}\n" for f in findings)


def _command(finding: Finding) -> str:
    where: dict[str, str | int] = {"title": f"numsan {finding.code} {finding.name}"}
    if finding.file:
        where["file"] = finding.file
    place = ""
    if finding.cell is not None:
        place = f"cell {finding.cell}, line {finding.line}: "
    elif finding.line is not None:
        where |= _lines(finding)
    advice = f"; {finding.fix.summary}" if finding.fix is not None else ""
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in where.items())
    return f"::{_COMMAND[finding.severity]} {properties}::{_data(place + finding.cause + advice)}"


def _lines(finding: Finding) -> dict[str, str | int]:
    """Columns are only understood within one line."""
    where: dict[str, str | int] = {
        "line": finding.line or 1,
        "endLine": finding.end_line or finding.line or 1,
    }
    if where["line"] == where["endLine"] and finding.column is not None and finding.end_column is not None:
        where |= {"col": finding.column + 1, "endColumn": finding.end_column + 1}
    return where


def _data(text: str) -> str:
    """Text that cannot end the command nor begin another one.

    >>> _data("50 %")
    '50 %25'
    """
    return clean(text.replace("\r", " ")).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
