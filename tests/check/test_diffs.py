"""Diffs of single edits are those of the whole text, read only around the edits."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from numsan.check.diffs import diff_of, unified
from numsan.check.edits import Edit, with_edits
from numsan.check.source import lines_of

LINES = st.lists(st.sampled_from(["\n", "a\n", "b = log(p)\n", "c\r\n", "é\n"]), max_size=40)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = "".join(draw(LINES)) + draw(st.sampled_from(["", "last"]))
    places = draw(st.lists(st.tuples(*[st.integers(0, len(text))] * 2), max_size=3))
    return text, [Edit(min(p), max(p), draw(st.sampled_from(["", "x", "y\nz", "\n"]))) for p in places]


@given(edited())
def test_a_diff_of_edits_is_the_diff_of_the_texts(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    assert applied(text, diff_of(text, edits, "f.py")) == with_edits(text, edits)


@given(st.integers(0, 60), st.integers(0, 60))
def test_two_edits_are_shown_as_the_whole_text_would_show_them(first: int, second: int) -> None:
    text = "".join(f"line {i}\n" for i in range(60))
    edits = [Edit(p, p, "new\n") for p in {text.find(f"line {i}\n") for i in (first, second)} if p >= 0]
    assert diff_of(text, edits, "f.py") == unified(text, with_edits(text, edits), "f.py")


def applied(text: str, diff: str) -> str:
    """The text after a unified diff, applied hunk by hunk; a line that does not fit is an error."""
    lines, result, at = split(text), list[str](), 0
    for line, after in pairwise([*split(diff)[2:], ""]):
        if line.startswith("@@"):
            start = max(0, int(line.split()[1].split(",")[0][1:]) - 1)
            result += lines[at:start]
            at = start
        content = line[1:].removesuffix("\n") if after.startswith("\\") else line[1:]
        if line[0] in " -":
            assert lines[at] == content
            at += 1
        if line[0] in " +":
            result.append(content)
    return "".join(result + lines[at:])


def split(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+$", text)


@given(st.text(st.sampled_from("ab\n\r\f\u2028"), max_size=12))
def test_lines_end_where_the_parser_ends_them(text: str) -> None:
    assert lines_of(text) == (re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text) or [""])
