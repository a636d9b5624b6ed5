"""Whatever the bytes are: no fault of ours, findings lie in the text, a repaired text parses and is at rest."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from numsan import rules
from numsan.check.document import check_file
from numsan.check.repair import repaired
from numsan.check.result import Checked
from numsan.check.run import check_text
from numsan.check.settings import Settings
from numsan.check.source import lines_of
from numsan.cli import main
from numsan.core.names import PARAMETERS
from numsan.report import check as report
from numsan.report.github import as_github
from numsan.report.sarif import as_sarif
from tests.check.test_formats import SCHEMA

PEDANTIC = Settings(persona="pedantic")
EXAMPLES = [
    text for r in rules.load().values() for e in r.examples for text in (e.bad, e.good, e.given) if text
]
REAL = [p.read_text(encoding="utf-8") for p in sorted(Path(__file__).parents[1].glob("zoo/cases/**/*.py"))]
PIECES = [
    "(", ")", "[", "]", "{", "}", "\n", "\n    ", "\t", "é", "日本", "\x0c", "\r", "\r\n", "\\\n", "\u2028", "\0", "'",
    '"""', "#", "f'{", "lambda: ", "*", "**", "@", "if x:\n", "await ", "yield ", "0x", "1e999", "None.", ":=",
    "x.exp()", "torch.", "# numsan: ignore[NS102]", "# noqa: NS1", "; ", ", ", ".log()", "\ud800",
]  # fmt: skip
# the same examples every time: a failure is then everybody's, and the run takes as long as it took before
bounded = settings(
    max_examples=120, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Rule examples in a row, or a window of a real program, then cut, doubled, swapped and spoilt."""
    if draw(st.booleans()):
        text = "import torch\n" + "\n".join(draw(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=4)))
    else:
        real = draw(st.sampled_from(REAL))
        first = draw(st.integers(0, max(0, len(real) - 2500)))
        text = "import torch\n" + real[first : first + 2500]
    for _ in range(draw(st.integers(0, 4))):
        text = draw(st.sampled_from(MUTATIONS))(draw, text)
    return text


def _cut(draw: st.DrawFn, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    return text[:at] + text[at + draw(st.integers(1, 40)) :]


def _double(draw: st.DrawFn, text: str) -> str:
    at, size = draw(st.integers(0, len(text))), draw(st.integers(1, 40))
    return text[:at] + text[at : at + size] * draw(st.integers(2, 4)) + text[at + size :]


def _spoil(draw: st.DrawFn, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.sampled_from(PIECES)) + text[at:]


def _swap(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    a, b = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
    lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines)


def _nest(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    depth = draw(st.sampled_from([1, 3, 20]))
    return (
        "import torch\n"
        + "".join(" " * i + "def f(x):\n" for i in range(depth))
        + "\n".join(" " * depth + line for line in lines)
    )


CONTENTS = st.binary(max_size=200) | programs().map(lambda text: text.encode("utf-8", "surrogatepass"))
MUTATIONS: list[Callable[[st.DrawFn, str], str]] = [_cut, _double, _spoil, _spoil, _swap, _nest]


def agree(checked: Checked, text: str) -> None:
    assert not checked.internal, checked.note
    assert checked.note is None or "\n" not in checked.note
    lines = lines_of(text)
    for f in checked.findings:
        assert (
            f.line is not None
            and f.end_line is not None
            and f.column is not None
            and f.end_column is not None
        )
        assert 1 <= f.line <= f.end_line <= len(lines)
        assert 0 <= f.column <= len(lines[f.line - 1]) and 0 <= f.end_column <= len(lines[f.end_line - 1])


@given(programs())
@bounded
def test_checking_never_fails(text: str) -> None:
    checked = check_text(text, "a.py", PEDANTIC)
    agree(checked, text)
    every = [*checked.findings, *checked.remarks]
    json.loads(report.as_json(every))
    source = lambda _: text.splitlines()  # noqa: E731
    report.full(every, source=source)
    report.concise(every)
    as_github(every)
    document = json.loads(as_sarif(every, [(s.finding, s.reason) for s in checked.silenced], source=source))
    assert SCHEMA.is_valid(document)


@given(programs(), st.booleans())
@bounded
def test_a_repaired_text_parses_and_is_at_rest(text: str, unsafe: bool) -> None:
    try:
        after = repaired(text, "a.py", unsafe=unsafe, settings=PEDANTIC)
    except (SyntaxError, RecursionError, MemoryError):
        return
    if after != text:
        ast.parse(after)
    assert repaired(after, "a.py", unsafe=unsafe, settings=PEDANTIC) == after


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "a.py"


@given(
    st.one_of(st.binary(max_size=200), programs().map(lambda t: t.encode("utf-8", "surrogatepass"))),
    st.binary(max_size=3),
)
@bounded
def test_no_bytes_are_fatal_and_none_is_lost(file: Path, content: bytes, end: bytes) -> None:
    content = b"# torch\n" + content + end
    file.write_bytes(content)
    checked = check_file(str(file), PEDANTIC)
    assert not checked.internal, checked.note
    assume(checked.note is not None)
    assert main(["check", "--fix", "--unsafe-fixes", "--no-cache", str(file)]) == (2 if checked.unread else 0)
    assert file.read_bytes() == content


DEEP = {
    "minus": "y = " + "-" * 20_000 + "x",
    "attribute": "y = x" + ".a" * 20_000,
    "calls": "y = x" + ".exp()" * 5_000,
    "sum": "y = " + " + ".join(["torch.log(x)"] * 5_000),
    "parentheses": "y = " + "(" * 190 + "x" + ")" * 190,
    "conditional": "y = " + "x if z else " * 5_000 + "0",
    "elif": "if x:\n  y = 1\n" + "elif x:\n  y = torch.log(x)\n" * 5_000,
    "indent": "".join(" " * i + "if x:\n" for i in range(99)) + " " * 99 + "y = torch.log(x)\n",
    "index": "y = x" + "[0]" * 20_000,
    "power": "y = " + "**".join(["x"] * 10_000),
    "functions": "".join(" " * i + "def f(x):\n" for i in range(90)) + " " * 90 + "return torch.log(x)\n",
    "self": "".join("x = x * x + torch.log(x)\n" for _ in range(400)),
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_nesting_is_at_most_one_note(name: str) -> None:
    checked = check_text("import torch\n" + DEEP[name], "a.py", Settings())
    assert not checked.internal
    assert checked.note in (None, "a.py: nested too deeply to be checked")


def test_a_long_sum_is_not_deep() -> None:
    terms = " + ".join(["x"] * 800)
    text = f"import torch\ny = {terms} + torch.log(torch.softmax(x, -1))\n"
    (finding,) = check_text(text, "a.py", Settings()).findings
    assert finding.code == "NS102"


@pytest.mark.parametrize(
    "form", ["torch.{}()", "x.{}()", "torch.{}(x)", "torch.{}(x, y, z)", "torch.{}(dim=-1)"]
)
def test_calls_with_too_few_or_many_arguments_are_not_fatal(form: str) -> None:
    calls = "".join(f"a{i} = {form.format(name)}\n" for i, name in enumerate(PARAMETERS))
    wrapped = "".join(
        f"b{i} = torch.log(1 - {form.format(name)} ** 2)\n" for i, name in enumerate(PARAMETERS)
    )
    for text in (calls, wrapped):
        agree(check_text("import torch\n" + text, "a.py", PEDANTIC), "import torch\n" + text)
