"""Terminal manners: colour, width, and text that is wider or nastier than it looks."""

from __future__ import annotations

import io

import pytest

from numsan.report.terminal import clean, color_wanted, columns_of, width_of, wrap


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("env", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_color_follows_the_environment(env: dict[str, str], on_terminal: bool, in_pipe: bool) -> None:
    assert color_wanted(Terminal(), env) is on_terminal
    assert color_wanted(io.StringIO(), env) is in_pipe


@pytest.mark.parametrize(
    ("columns", "width"),
    [("90", 90), ("10", 40), ("500", 110), ("0", 80), ("wide", 80), ("", 80), ("-5", 80)],
)
def test_width_follows_columns(columns: str, width: int) -> None:
    assert width_of(io.StringIO(), {"COLUMNS": columns}) == width


def test_cells() -> None:
    assert columns_of("損失") == 4
    assert columns_of("e\u0301") == 1
    assert columns_of("\u200d") == 0


def test_wrap_keeps_long_words_whole() -> None:
    assert wrap("see a/very/long/path.py:12 now", 10) == ["see", "a/very/long/path.py:12", "now"]
    assert wrap("", 10) == [""]


def test_clean_makes_one_harmless_line() -> None:
    assert clean("a\nb\x1b[0m\udcff\u2066") == "a b␛[0m\\udcff\\u2066"
