"""What docs/ops/speed.md says of an operation, its docstring says too. Nothing is timed here."""

from __future__ import annotations

import json
import re

import pytest
from ops_speed import DATA, PAGE, mark, page, worst

from numsan import ops

TABLE = json.loads(DATA.read_text())


def test_the_page_is_that_of_the_figures() -> None:
    assert PAGE.read_text() == page(TABLE), "run python benchmarks/ops_speed.py --write"


@pytest.mark.parametrize("name", worst(TABLE))
def test_expensive_forms_say_so(name: str) -> None:
    said = re.findall(r"(Expensive[^:]*): docs/ops/speed\.md\.", getattr(ops, name).__doc__ or "")
    marked = mark(worst(TABLE)[name])
    assert said == ([marked] if marked else [])


def test_the_mark_follows_the_thresholds() -> None:
    assert mark({"eager": 2.0, "compiled": 1.1}) == ""
    assert mark({"eager": 2.01, "compiled": 1.0}) == "Expensive in eager mode"
    assert mark({"eager": 1.0, "compiled": 1.11}) == "Expensive under torch.compile"
    assert mark({"eager": 3.0, "compiled": 3.0}) == "Expensive, eager and compiled"
