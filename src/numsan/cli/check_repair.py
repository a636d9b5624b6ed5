"""`numsan check --fix` and `--diff`: files replaced by their repaired text, or only the difference printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from numsan.check.diffs import unified
from numsan.check.document import repaired_document
from numsan.check.settings import Settings
from numsan.check.text import read
from numsan.check.text import write as replace
from numsan.report.terminal import write


def repair_files(
    paths: Sequence[str], chosen: Settings, *, unsafe: bool, diff: bool
) -> tuple[list[str], list[str]]:
    """Paths that were (or would be) changed, and one line about each file that could not be written."""
    changed: list[str] = []
    problems: list[str] = []
    for path in paths:
        try:
            before = read(path)
        except ValueError:
            continue  # checking says what is wrong with the file
        after = repaired_document(before.text, path, chosen, unsafe=unsafe)
        if after == before.text:
            continue
        if diff:
            write(sys.stdout, unified(before.text, after, path))
        else:
            try:
                replace(path, before, after)
            except ValueError as error:
                problems.append(str(error))
                continue
        changed.append(path)
    return changed, problems
