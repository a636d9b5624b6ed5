"""SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/ (2020)."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from numsan import __version__
from numsan.core.finding import Finding
from numsan.core.rule import CATALOG, Rule
from numsan.report.excerpt import read_lines
from numsan.report.fingerprint import Fingerprints
from numsan.report.replacements import replacements
from numsan.report.sections import Source

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {"error": "error", "warning": "warning", "info": "note"}
_PRECISION = {"proved": "very-high", "likely": "high", "suspect": "medium"}


@dataclass(frozen=True, slots=True)
class Note:
    """A file that could not be checked, or a fault of ours."""

    text: str
    internal: bool = False


def as_sarif(
    findings: Sequence[Finding],
    silenced: Sequence[tuple[Finding, str]] = (),
    notes: Sequence[Note] = (),
    source: Source = read_lines,
) -> str:
    """One run as text. `silenced` are findings with the reason that the comment beside them gives."""
    prints = Fingerprints(source)
    results = [_result(f, prints, []) for f in findings]
    results += [_result(f, prints, [_suppression(why)]) for f, why in silenced]
    codes = sorted({str(r["ruleId"]) for r in results})
    for result in results:
        result["ruleIndex"] = codes.index(str(result["ruleId"]))
    driver = {
        "name": "numsan",
        "version": __version__,
        "rules": [_rule(CATALOG[c]) for c in codes if c in CATALOG],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(notes)],
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    doc = rule.doc or ""
    summary = doc.partition("## Why")[0].removeprefix("## What it does").strip()
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": " ".join(summary.split()) or rule.title},
        "help": {"text": rule.advice, "markdown": f"{doc}\n\n## Use instead\n\n{rule.advice}\n"},
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
        "properties": {
            "tags": ["numerics", rule.kind],
            "precision": "high" if rule.safe else "medium",
            "problem.severity": "recommendation" if rule.severity == "info" else rule.severity,
        },
    }


def _result(finding: Finding, prints: Fingerprints, suppressions: list[dict[str, str]]) -> dict[str, Any]:
    mark = prints.of(finding)
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVEL[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding)],
        "partialFingerprints": {"primaryLocationLineHash": mark, "numsanExpression/v1": mark},
        "suppressions": suppressions,
        "properties": {"kind": finding.kind, "precision": _PRECISION[finding.confidence]},
    }
    if finding.chain:
        result["codeFlows"] = [_flow(finding)]
    if finding.fix is not None and finding.fix.diff and finding.file and finding.cell is None:
        result["fixes"] = [_fix(finding.file, finding.fix.summary, finding.fix.diff)]
    return result


def _message(finding: Finding) -> str:
    cell = "" if finding.cell is None else f"cell {finding.cell}, line {finding.line}: "
    advice = f"; {finding.fix.summary}" if finding.fix is not None else ""
    return f"{cell}{finding.cause}{advice}"


def _location(finding: Finding) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(finding.file or "")}
    if finding.line is not None and finding.cell is None:
        physical["region"] = _region(finding)
    location: dict[str, Any] = {"physicalLocation": physical}
    name = f"cell {finding.cell}" if finding.cell is not None else finding.function
    if name:
        kind = "function" if finding.cell is None else "module"
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": kind}]
    return location


def _region(finding: Finding) -> dict[str, int]:
    region = {"startLine": finding.line or 1}
    if finding.column is not None and finding.end_column is not None:
        region["startColumn"] = finding.column + 1
        region["endLine"] = finding.end_line or finding.line or 1
        region["endColumn"] = finding.end_column + 1
    return region


def _artifact(file: str) -> dict[str, str]:
    """Relative to the working folder, which uploads take for the root of the repository; else absolute."""
    try:
        relative = os.path.relpath(file)
    except ValueError:  # another drive
        relative = os.pardir
    if relative.startswith(os.pardir):
        return {"uri": Path(os.path.abspath(file)).as_uri()}
    return {"uri": quote(Path(relative).as_posix(), errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}


def _flow(finding: Finding) -> dict[str, Any]:
    steps = [
        {
            "location": {
                "physicalLocation": {
                    "artifactLocation": _artifact(link.file),
                    "region": {"startLine": max(1, link.line)},
                },
                "message": {"text": f"{link.op}: {link.says}"},
            }
        }
        for link in finding.chain
    ]
    return {"threadFlows": [{"locations": steps}]}


def _fix(file: str, summary: str, diff: str) -> dict[str, Any]:
    changes = [
        {
            "deletedRegion": {
                "startLine": r.line,
                "startColumn": r.column,
                "endLine": r.end_line,
                "endColumn": r.end_column,
            },
            "insertedContent": {"text": r.text},
        }
        for r in replacements(diff)
    ]
    return {
        "description": {"text": summary},
        "artifactChanges": [{"artifactLocation": _artifact(file), "replacements": changes}],
    }


def _suppression(reason: str) -> dict[str, str]:
    return {"kind": "inSource"} | ({"justification": reason} if reason else {})


def _invocation(notes: Sequence[Note]) -> dict[str, Any]:
    said = [{"level": "error" if n.internal else "warning", "message": {"text": n.text}} for n in notes]
    return {"executionSuccessful": not any(n.internal for n in notes), "toolExecutionNotifications": said}
