"""The printed report: goldens at fixed width, and what no report may ever do."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numsan.report.terminal import columns_of
from numsan.report.text import render, show
from tests.report.samples import HOSTILE, PROVED, REPORTS, failed, source

Golden = Callable[[str, str], None]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("width", [80, 48])
def test_report_looks_as_agreed(name: str, width: int, golden: Golden) -> None:
    golden(f"{name}_{width}.txt", render(REPORTS[name], width=width, source=source))


def test_colored_report_looks_as_agreed(golden: Golden) -> None:
    golden("proved_color.txt", render(REPORTS["proved"], width=80, color=True, source=source))


@pytest.mark.parametrize("name", REPORTS)
def test_colors_change_no_letter(name: str) -> None:
    colored = render(REPORTS[name], color=True, source=source)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(REPORTS[name], source=source)


def test_first_screen_says_what_where_why_and_what_to_do() -> None:
    rows = render(REPORTS["proved"], source=source).splitlines()
    needed = [
        "failed at step 2417",
        "sqrt-at-zero",
        "losses.py:6:16",
        "~~~~~~~~",
        "s is exactly 0",
        "add a small",
    ]
    assert [text for text in needed if text not in "\n".join(rows[:24])] == []
    assert "(s + 1e-12)" in "\n".join(rows[:28])


def test_text_from_the_program_cannot_drive_the_terminal() -> None:
    text = render(failed(HOSTILE), source=source)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "␛[2J" in text


@pytest.mark.parametrize("line", [0, 2, 99])
def test_a_line_the_file_no_longer_has_is_said(line: int) -> None:
    text = render(failed(replace(PROVED, line=line, end_line=line)), source=lambda _: ["x = 1"])
    assert "source cannot be read" in text


def test_missing_file_is_said() -> None:
    assert "source cannot be read" in render(failed(replace(PROVED, file="gone.py")), source=source)


def test_finding_without_a_place_still_prints() -> None:
    text = render(failed(replace(PROVED, file=None, line=None)), source=source)
    assert "where" not in text
    assert "None" not in text


@given(
    line=st.integers(1, 8),
    length=st.integers(0, 3),
    column=st.integers(0, 60) | st.none(),
    end=st.integers(0, 60) | st.none(),
    width=st.integers(40, 110),
    path=st.sampled_from(["losses.py", "model.py", "long.py", "escape.py"]),
)
def test_no_span_breaks_the_excerpt(
    line: int, length: int, column: int | None, end: int | None, width: int, path: str
) -> None:
    finding = replace(PROVED, file=path, line=line, end_line=line + length, column=column, end_column=end)
    text = render(failed(finding), width=width, source=source)
    excerpt = [row for row in text.splitlines() if "│" in row]
    assert all(columns_of(row) <= width for row in excerpt)


@given(st.text(max_size=300), st.integers(40, 110))
def test_any_cause_text_is_shown_in_full(cause: str, width: int) -> None:
    shown = render(failed(replace(PROVED, cause=cause)), width=width, source=source)
    letters = [c for c in cause if c.isalnum()]
    remaining = iter(shown)
    assert all(letter in remaining for letter in letters)


class Pipe(io.StringIO):
    """A stream whose reader is gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_closed_pipe_is_not_an_error() -> None:
    show(REPORTS["proved"], Pipe())


def test_no_stream_is_not_an_error() -> None:
    show(REPORTS["proved"], None)


def test_an_ascii_stream_gets_ascii() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    show(REPORTS["multiline"], stream, source)
    text = raw.getvalue().decode("ascii")
    assert "|" in text
    assert ">" in text
