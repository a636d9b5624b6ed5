"""Score `numsan` on the zoo: does the first finding stand on the line that a developer has to edit?

    python -m tests.zoo.score [--static] [--fixes] [--json OUT] [CASE ...]

Runs `numsan run --json REPORT train.py` (with --static: `numsan check --format json .`) in a copy of each
case. With --fixes the first finding's diff is applied and the program runs again under the probe. NUMSAN
names the command.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

from tests.zoo.case import Case, execute, load_cases, load_json, probe, working_copy

NUMSAN = shlex.split(os.environ.get("NUMSAN", f"{sys.executable} -m numsan"))
WIDEST = 12  # a finding that spans more lines than this has not named a place
Row = dict[str, Any]


def on_line(finding: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Whether the finding overlaps a root or accepted place."""
    name = PurePath(str(finding.get("file") or "")).name
    first = finding.get("line") or -1
    last = finding.get("end_line") or first
    return last - first <= WIDEST and any(
        name == PurePath(place["file"]).name and first <= place["lines"][1] and last >= place["lines"][0]
        for place in truth["root"] + truth["accept"]
    )


def judge(report: dict[str, Any], truth: dict[str, Any]) -> Row:
    """Compare a report with the truth."""
    findings = report.get("findings") or []
    severities = {f.get("severity") for f in findings}
    if truth["status"] == "healthy":
        calm = report.get("status") != "failed" and "error" not in severities
        return {"ok": calm, "quiet": calm and "warning" not in severities}
    top = findings[0] if findings else {}
    row: Row = {
        "detected": report.get("status") == "failed",
        "step": report.get("failed_step") == truth["first_bad_step"],
        "line": on_line(top, truth),
        "line3": any(on_line(f, truth) for f in findings[:3]),
        "kind_ok": top.get("kind") in {truth["kind"], *truth["also_kind"]},
        "proved": any(p.get("outcome") in ("finite", "nonfinite") for p in top.get("proof") or []),
        "said": f"{top.get('file')}:{top.get('line')} {top.get('code')} {top.get('kind')} {top.get('op')}",
    }
    if truth["bad_samples"]:
        row["samples"] = set(truth["bad_samples"]) <= set(top.get("samples") or [])
    return {"ok": row["detected"] and row["line"] and row["kind_ok"], **row}


def try_fix(report: dict[str, Any], work: Path) -> Row:
    """Apply the first finding's diff and let the probe say whether the program now stays finite."""
    fix = (report.get("findings") or [{}])[0].get("fix") or {}
    row: Row = {"fix_claimed": bool(fix.get("verified")), "fix_works": False}
    if not fix.get("diff"):
        return row
    patched = subprocess.run(
        ["patch", "-p1", "--forward", "--batch"], input=fix["diff"], text=True, cwd=work, capture_output=True
    )
    ran, seen = probe(work)
    done = not patched.returncode and not ran.code and bool(seen.get("steps"))
    row["fix_works"] = done and seen["first_bad"] is None
    return row


def score_run(case: Case, fixes: bool) -> Row:
    with working_copy(case) as work:
        path = work / "report.json"
        ran = execute([*NUMSAN, "run", "--json", str(path), "train.py"], work)
        report = load_json(path)
        row: Row = {"seconds": ran.seconds, "exit": ran.code}
        if report is None:
            return {**row, "ok": False, "error": ran.err.strip()[-200:]}
        row |= judge(report, case.truth)
        if fixes and case.truth["status"] == "failed":
            row |= try_fix(report, work)
    return row


def score_static(case: Case) -> Row:
    with working_copy(case) as work:
        ran = execute([*NUMSAN, "check", "--format", "json", "."], work)
    try:
        findings = json.loads(ran.out)["findings"]
    except (ValueError, KeyError):
        return {"ok": False, "error": (ran.err or ran.out).strip()[-200:]}
    row: Row = {"seconds": ran.seconds, "findings": len(findings)}
    if case.truth["status"] == "healthy":
        return {**row, "ok": all(f.get("severity") != "error" for f in findings)}
    return {**row, "ok": any(on_line(f, case.truth) for f in findings)}


def totals(rows: Sequence[Row]) -> list[str]:
    lines: list[str] = []
    for status in ("failed", "healthy"):
        part = [r for r in rows if r["status"] == status]
        keys = dict.fromkeys(k for r in part for k, v in r.items() if isinstance(v, bool))
        counts = [f"{k} {sum(bool(r.get(k)) for r in part)}/{sum(k in r for r in part)}" for k in keys]
        lines += [f"{status}: {', '.join(counts)}"] if part else []
    good = sum(bool(r["ok"]) for r in rows)
    return [*lines, f"total ok {good}/{len(rows)}"]


def main() -> int:
    parser = argparse.ArgumentParser(description="score numsan on the zoo")
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--static", action="store_true")
    parser.add_argument("--fixes", action="store_true")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows: list[Row] = []
    for case in load_cases(args.cases):
        row = score_static(case) if args.static else score_run(case, args.fixes)
        shown = {k: round(v, 1) if isinstance(v, float) else v for k, v in row.items()}
        print("ok  " if row["ok"] else "MISS", case.name, shown, flush=True)
        rows.append({"case": case.name, "status": case.truth["status"], "kind": case.truth["kind"], **row})
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1))
    print(*totals(rows), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
