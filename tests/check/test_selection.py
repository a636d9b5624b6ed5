"""Which rules speak, and what a comment that silences nothing is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from numsan.cli import main

BAD = "import torch\n\n\ndef loss(x):\n    return -torch.log(torch.softmax(x, -1)).mean()  # λ\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "loss.py").write_text(BAD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def codes(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, list[str]]:
    capsys.readouterr()
    status = main(["check", "--format", "json", *args])
    return status, [f["code"] for f in json.loads(capsys.readouterr().out)["findings"]]


def test_extend_select_adds_to_the_selection(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(capsys, "--select", "NS3") == (0, [])
    assert codes(capsys, "--select", "NS3", "--extend-select", "log-of-softmax") == (1, ["NS102"])
    (project / "pyproject.toml").write_text('[tool.numsan]\nselect = ["NS3"]\n')
    assert codes(capsys, "--extend-select", "NS102") == (1, ["NS102"])
    assert codes(capsys, "--extend-select", "NS102", "--ignore", "NS1") == (0, [])
    assert main(["check", "--extend-select", "NS999"]) == 2


def test_persona_of_the_command_line_wins(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "loss.py").write_text("import torch\n\n\ndef f(x):\n    return torch.log(x)\n")
    assert codes(capsys) == (0, [])
    assert codes(capsys, "--persona", "pedantic") == (1, ["NS301"])
    (project / "pyproject.toml").write_text('[tool.numsan]\npersona = "pedantic"\n')
    assert codes(capsys) == (1, ["NS301"])
    assert codes(capsys, "--persona", "regular") == (0, [])


def test_config_names_the_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text('[tool.numsan]\nignore = ["NS1"]\n')
    (project / "strict.toml").write_text('[tool.numsan]\nselect = ["NS1"]\n')
    assert codes(capsys) == (0, [])
    assert codes(capsys, "--config", "strict.toml") == (1, ["NS102"])
    assert main(["check", "--config", "missing.toml"]) == 2
    assert capsys.readouterr().err == "numsan check: missing.toml: No such file or directory\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tool = 3\n", ""),
        ("[tool]\nnumsan = 3\n", "[tool.numsan] must be a table"),
        ("[tool.numsan\n", "Expected ']'"),
        ("[tool.numsan]\nselect = [3]\n", "select must be a list of strings"),
        ("[tool.numsan]\nper-file-ignores = 3\n", "per-file-ignores must be a table"),
        ('[tool.numsan.per-file-ignores]\n"a" = ["NS999"]\n', "per-file-ignores.a lists 'NS999'"),
        ("[tool.numsan]\npersona = []\n", "persona is []"),
        ("[tool.numsan]\nrespect-gitignore = 1\n", "respect-gitignore must be true or false"),
        ("[tool.numsan]\ncache-dir = 1\n", "cache-dir must be a string"),
    ],
)
def test_a_wrong_configuration_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (project / "pyproject.toml").write_text(text)
    assert main(["check"]) == (2 if said else 1)
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == (1 if said else 0)


def test_per_file_ignores_are_relative_to_the_configuration(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pyproject.toml").write_text('[tool.numsan.per-file-ignores]\n"gen/*.py" = ["NS1"]\n')
    (project / "gen").mkdir()
    (project / "gen" / "a.py").write_text(BAD, encoding="utf-8")
    assert codes(capsys, "gen") == (0, [])
    monkeypatch.chdir(project / "gen")
    assert codes(capsys) == (0, [])
    assert codes(capsys, "../loss.py") == (1, ["NS102"])


def test_a_comment_that_silences_nothing_is_said_and_costs_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "loss.py").write_text(BAD.replace("torch.log(torch.softmax(x, -1))", "x  # numsan: ignore #"))
    assert codes(capsys) == (0, ["NS890"])
    assert codes(capsys, "--select", "NS1") == (0, [])
    assert codes(capsys, "--ignore", "NS890") == (0, [])
    assert codes(capsys, "--select", "NS890") == (1, ["NS890"])
    assert codes(capsys, "--extend-select", "NS890") == (1, ["NS890"])
    main(["check", "--format", "json"])
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["severity"], finding["line"], finding["column"]) == ("info", 5, 15)
    assert finding["cause"] == "`# numsan: ignore` silences nothing here"


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# numsan: ignore[NS102] measured: never below 1e-3", None),
        ("# numsan: ignore[NS102,NS101]", "silences no NS101 here"),
        ("# numsan: ignore[log-of-softmax, NS999]", "no rule is called NS999"),
        ("# noqa: NS102, NS101", None),
        ("# noqa: E501, NS102", None),
    ],
)
def test_each_code_of_a_comment_is_judged(
    project: Path, capsys: pytest.CaptureFixture[str], comment: str, said: str | None
) -> None:
    (project / "loss.py").write_text(BAD.replace("# λ", comment))
    assert main(["check", "--format", "json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [f["code"] for f in findings] == ([] if said is None else ["NS890"])
    assert said is None or said in findings[0]["cause"]


def test_selection_and_persona_never_make_a_comment_unused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "loss.py").write_text(
        "import torch\n\n\ndef f(x):\n    return torch.log(x)  # numsan: ignore[NS301] x is a count\n"
    )
    assert codes(capsys) == (0, [])
    assert codes(capsys, "--persona", "pedantic") == (0, [])
    assert codes(capsys, "--ignore", "NS301") == (0, [])


def test_statistics_and_exit_zero(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--statistics", "--exit-zero"]) == 0
    assert capsys.readouterr().out.startswith("     1  NS102 log-of-softmax\n")
