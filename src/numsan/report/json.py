"""A report as `numsan.report/1`: strict JSON that any parser reads, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from dataclasses import asdict
from typing import Any

from numsan.core.finding import Finding, Report

SCHEMA = "numsan.report/1"


def to_dict(report: Report) -> dict[str, Any]:
    """The report as plain lists, dictionaries, strings and finite numbers.

    JSON has no infinity and no NaN: such numbers become the strings "inf", "-inf" and "nan".

    >>> to_dict(Report(status="healthy", script="train.py", steps=3))["schema"]
    'numsan.report/1'
    """
    plain = asdict(report) | {"findings": [finding_dict(f) for f in report.findings]}
    return {"schema": SCHEMA, **_plain(plain)}


def finding_dict(finding: Finding) -> dict[str, Any]:
    """The fields of a finding; `cell` only for one that lies in a notebook, `verdict` only where there is one, `others`
    of a fix only where there are some."""
    fields = asdict(finding)
    for name in ("cell", "verdict"):
        if fields[name] is None:
            del fields[name]
    fix: dict[str, Any] = fields["fix"] or {"others": ()}
    for one in (fix, *fix["others"]):
        if not one["others"]:
            del one["others"]
    return fields


def dumps(report: Report) -> str:
    """The report as text, ASCII only, so that file names in any encoding survive."""
    return json.dumps(to_dict(report), indent=1, allow_nan=False) + "\n"


def write(report: Report, path: str) -> bool:
    """Write the report to `path`, replacing it in one move; a path that cannot be written costs one line."""
    try:
        _replace(path, dumps(report))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        with contextlib.suppress(OSError, ValueError, AttributeError):  # standard error may be gone, too
            sys.stderr.write(
                f"numsan: the JSON report could not be written to {path!r} ({reason.lower()}); "
                "its findings are the ones printed here\n"
            )
        return False
    return True


def _replace(path: str, text: str) -> None:
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):  # a pipe or a device cannot be replaced
        with open(target, "w", encoding="ascii") as stream:
            stream.write(text)
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="ascii") as stream:
            stream.write(text)
        os.replace(temporary, target)
    except BaseException:
        _remove(temporary)
        raise


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _plain(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
        case dict():
            return {key: _plain(item) for key, item in value.items()}  # pyright: ignore
        case list() | tuple():
            return [_plain(item) for item in value]  # pyright: ignore
        case _:
            return value
