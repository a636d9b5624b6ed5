"""Defects of a kind in other spellings than those of the reports: other libraries, helpers, attributes, lambdas.

A comment at the end of a line names the rules that are to be found there; a file `x_mended.py` is the same
program without the defect.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from numsan.check.engine import findings_in

CASES = sorted((Path(__file__).parent / "cases").glob("*.py"))
TOLD = re.compile(r"  # ((?:NS\d{3} ?)+)$")


def expected(text: str) -> set[tuple[str, int]]:
    return {
        (code, number)
        for number, line in enumerate(text.splitlines(), 1)
        if (found := TOLD.search(line)) is not None
        for code in found[1].split()
    }


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_other_spellings_are_found(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = {(f.code, f.line) for f in findings_in(text, path.name)}
    if path.stem.endswith("_mended"):
        assert found == set()
    else:
        assert expected(text) and expected(text) <= found
