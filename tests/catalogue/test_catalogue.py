"""The catalogue by name: small programs in several styles for what a rule was missing, and healthy twins.

A case is written as those of `tests/realworld` are; its header names the item, and codes of which one has to be
found on a marked line. On the twin nothing is found at all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from numsan.check.engine import findings_in
from tests.realworld.pairs import Pair, pairs

PAIRS = {p.name: p for p in pairs(Path(__file__).parent / "cases")}
PEDANTIC = {"checkpoint_a"}  # nearly no program does it


@pytest.mark.parametrize("name", PAIRS)
def test_the_item_is_found(name: str) -> None:
    pair: Pair = PAIRS[name]
    found = findings_in(pair.failing, f"{name}.py", "pedantic" if name in PEDANTIC else "regular")
    assert pair.kinds & {f.code for f in found if any(f.line <= n <= f.end_line for n in pair.lines)}


@pytest.mark.parametrize("name", PAIRS)
def test_the_twin_is_silent(name: str) -> None:
    assert [(f.code, f.line) for f in findings_in(PAIRS[name].twin, f"{name}.py")] == []


def test_every_item_has_a_program_and_a_twin() -> None:
    assert len({p.origin for p in PAIRS.values()}) >= 32
    assert all(p.lines and p.failing != p.twin for p in PAIRS.values())
