"""Recall on defects that were reported in public, and silence on their repaired twins."""

from __future__ import annotations

import pytest

from numsan.check.run import check_text
from numsan.check.settings import Settings
from numsan.core.finding import Finding
from tests.realworld.pairs import Pair, pairs

PAIRS = {p.name: p for p in pairs()}
# measured, and never to fall: found of all pairs
FOUND = 1213


def findings_in(text: str, path: str) -> tuple[Finding, ...]:
    """What the command would print about a text."""
    return check_text(text, path, Settings()).findings


def fitting(pair: Pair) -> set[str]:
    """Codes of the findings on a marked line of the failing program whose kind fits the defect."""
    return {
        f.code
        for f in findings_in(pair.failing, f"{pair.name}.py")
        if f.kind in pair.kinds and any(f.line <= line <= f.end_line for line in pair.lines)
    }


def test_recall() -> None:
    missed = [name for name, pair in PAIRS.items() if not fitting(pair)]
    assert len(PAIRS) - len(missed) >= FOUND, missed


@pytest.mark.parametrize("name", PAIRS)
def test_the_rule_is_silent_on_the_twin(name: str) -> None:
    pair = PAIRS[name]
    codes = fitting(pair)
    assert [(f.code, f.line) for f in findings_in(pair.twin, f"{name}.py") if f.code in codes] == []
