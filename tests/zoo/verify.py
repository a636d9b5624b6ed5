"""Hold every truth against reality: each program fails when and only when its `truth.json` says so.

    python -m tests.zoo.verify [CASE ...]

As it stands a failing program must first be non-finite at `first_bad_step`, and with `fixed_replacements`
never.
"""

from __future__ import annotations

import sys
from typing import Any

from tests.zoo.case import Case, load_cases, probe, repair, working_copy

STATUSES = ("failed", "healthy")
PHASES = ("forward", "backward", "optimizer", "data")


def badly_written(case: Case) -> list[str]:
    """What is wrong with the truth file itself."""
    truth, wrong = case.truth, []
    if truth["id"] != case.name:
        wrong.append(f"id is {truth['id']!r}")
    if truth["status"] not in STATUSES or (truth["status"] == "failed") != bool(truth["root"]):
        wrong.append("a failed case has a root, a healthy one has none")
    if truth["status"] == "failed" and truth["phase"] not in PHASES:
        wrong.append(f"phase is {truth['phase']!r}")
    for place in truth["root"] + truth["accept"]:
        lines = (case.folder / place["file"]).read_text().splitlines()
        first, last = place["lines"]
        if not 1 <= first <= last <= len(lines) or not lines[first - 1].strip():
            wrong.append(f"no code at {place['file']}:{first}-{last}")
    return wrong


def disagreements(case: Case) -> tuple[list[str], float]:
    """What the truth says and the probe does not see, and the seconds that the program took as it stands."""
    wrong = badly_written(case)
    with working_copy(case) as work:
        ran, seen = probe(work)
    wrong += crashed(ran.code, ran.err, seen)
    if seen.get("first_bad") != case.truth["first_bad_step"]:
        wrong.append(f"first bad step is {seen.get('first_bad')}, not {case.truth['first_bad_step']}")
    if case.truth["status"] == "failed":
        with working_copy(case) as work:
            repair(work, case.truth)
            fixed, seen = probe(work)
        wrong += [f"fixed: {w}" for w in crashed(fixed.code, fixed.err, seen)]
        if seen.get("first_bad") is not None:
            wrong.append(f"fixed: non-finite {seen['bad_what']} at step {seen['first_bad']}")
    return wrong, ran.seconds


def crashed(code: int, err: str, seen: dict[str, Any]) -> list[str]:
    if code:
        return [f"exit status {code}: {err.strip()[-300:]}"]
    return [] if seen.get("steps") else ["no optimizer step was seen"]


def main() -> int:
    failures = 0
    for case in load_cases(sys.argv[1:]):
        wrong, seconds = disagreements(case)
        failures += bool(wrong)
        print("BAD " if wrong else "ok  ", case.name, f"{seconds:.1f} s", *wrong, sep="  ", flush=True)
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
