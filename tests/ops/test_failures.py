"""The table of 136 failures: the numsan form of every row is right, and torch's is not (where it is no
control)."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from ops_failures import Failure, evaluate, failures, right

ROWS = failures()
# torch has no wrong answer here: a control, a documented clamp, an undefined gradient, or a number that
# varies.
NOT_WRONG = {"std_mean of the same"}


def test_there_are_136_rows_and_the_page_has_them_all() -> None:
    page = (Path(__file__).parents[2] / "docs" / "ops" / "failures.md").read_text()
    assert len(ROWS) == 136
    for row in ROWS:
        assert f"`{row.numsan}`".replace("|", "\\|") in page, row.name


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r.group}-{r.name}")
def test_the_numsan_form_is_right(row: Failure) -> None:
    got = evaluate(row.numsan)
    assert right(got, row.exact), f"{row.numsan} gave {got}, exact {row.exact}"


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r.group}-{r.name}")
def test_torch_still_fails(row: Failure) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = evaluate(row.torch)
    close = right(got, row.exact, rel=1e-11, floor=0.0)
    if close and row.name not in NOT_WRONG:
        pytest.skip(f"this torch gives {got}: {row.name} is out of date")
    assert close == (row.name in NOT_WRONG)
