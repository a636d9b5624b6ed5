"""`numsan check` from outside: what is printed, which status, what is written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import numsan
from numsan import rules
from numsan.check import bounded
from numsan.cli import main
from numsan.core.rule import get

ENV = {**os.environ, "PYTHONPATH": str(Path(numsan.__file__).parents[1]), "PYTHONUTF8": "1"}

BAD = "import torch\n\n\ndef loss(x):\n    return -torch.log(torch.softmax(x, -1)).mean()  # λ\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "loss.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "fine.py").write_text("import torch\ny = torch.log1p(torch.zeros(3))\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def test_json_names_the_expression(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "json", "."]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == "numsan.check/1"
    (finding,) = report["findings"]
    assert (finding["code"], finding["file"], finding["line"]) == ("NS102", "loss.py", 5)
    line = BAD.splitlines()[4]
    assert line[finding["column"] : finding["end_column"]] == "torch.log(torch.softmax(x, -1))"


def test_diff_of_a_finding_applies_with_patch(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--format", "json", "loss.py"])
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    if shutil.which("patch") is None:
        pytest.skip("no patch program here")
    subprocess.run(
        ["patch", "-p1", "--batch"], input=finding["fix"]["diff"], text=True, check=True, cwd=project
    )
    assert "torch.log_softmax(x, -1)" in (project / "loss.py").read_text(encoding="utf-8")
    assert main(["check", "loss.py"]) == 0


def test_full_underlines_and_shows_the_repair(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "loss.py"]) == 1
    out = capsys.readouterr().out
    assert "~" * len("torch.log(torch.softmax(x, -1))") in out
    assert "+    return -torch.log_softmax(x, -1).mean()" in out
    assert out.endswith("numsan: 1 finding in 1 file, 1 with a repair (--fix, --unsafe-fixes)\n")


def test_concise_counts_columns_from_one(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "concise", "--exit-zero", "loss.py"]) == 0
    assert capsys.readouterr().out.startswith("loss.py:5:13: NS102 log-of-softmax: ")


def test_fix_keeps_comments_and_is_done_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--fix", "."]) == 0
    text = (project / "loss.py").read_text(encoding="utf-8")
    assert text == BAD.replace("torch.log(torch.softmax(x, -1))", "torch.log_softmax(x, -1)")
    assert main(["check", "--diff", "."]) == 0


def test_diff_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--diff", "--fix", "loss.py"]) == 1
    assert "+    return -torch.log_softmax(x, -1).mean()  # λ" in capsys.readouterr().out
    assert (project / "loss.py").read_text(encoding="utf-8") == BAD


@pytest.mark.parametrize("comment", ["# numsan: ignore[NS102] measured", "# numsan: ignore", "# noqa: NS102"])
def test_a_comment_silences(project: Path, comment: str) -> None:
    (project / "loss.py").write_text(BAD.replace("# λ", comment))
    assert main(["check", "loss.py"]) == 0


def test_a_comment_for_another_rule_does_not_silence(project: Path) -> None:
    (project / "loss.py").write_text(BAD.replace("# λ", "# numsan: ignore[NS101]"))
    assert main(["check", "loss.py"]) == 1


def test_configuration_is_read_and_checked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text('[tool.numsan]\nignore = ["NS102"]\n')
    assert main(["check", "."]) == 0
    (project / "pyproject.toml").write_text('[tool.numsan]\nignores = ["NS102"]\n')
    capsys.readouterr()
    assert main(["check", "."]) == 2
    assert "unknown key 'ignores'" in capsys.readouterr().err


def test_select_and_ignore(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--select", "NS3", "."]) == 0
    assert main(["check", "--select", "log-of-softmax", "."]) == 1
    assert main(["check", "--ignore", "NS1", "."]) == 0
    assert main(["check", "--select", "NS999", "."]) == 2


def test_stdin(project: Path) -> None:
    command = [sys.executable, "-m", "numsan", "check", "--format", "concise", "-"]
    done = subprocess.run(command, input=BAD, encoding="utf-8", capture_output=True, env=ENV)
    assert done.returncode == 1 and done.stdout.startswith("<stdin>:5:13: NS102")


@pytest.mark.parametrize(
    "content", [b"x = (\n", b"\x00\x00", b"\xff\xfe torch", b"import torch\nx = " + b"(" * 5000 + b")" * 5000]
)
def test_bad_files_cost_one_line(project: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "odd.py").write_bytes(b"# torch\n" + content)
    main(["check", "--fix", "odd.py"])
    assert (project / "odd.py").read_bytes() == b"# torch\n" + content
    capsys.readouterr()
    main(["check", "odd.py"])
    err = capsys.readouterr().err
    assert err.startswith("numsan check: odd.py") and err.count("\n") == 1


def test_missing_path_is_usage(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere"]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_checking_never_imports_torch(project: Path) -> None:
    code = "import sys; from numsan.cli import main; main(['check', '.']); sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=ENV)
    assert done.returncode == 0, done.stderr


def test_explain_and_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "log-of-softmax"]) == 0
    assert "## Why it is bad" in capsys.readouterr().out
    assert main(["rules"]) == 0
    assert "NS102  log-of-softmax" in capsys.readouterr().out


def test_line_endings_survive_a_fix(project: Path) -> None:
    (project / "loss.py").write_bytes(BAD.replace("\n", "\r\n").encode())
    assert main(["check", "--fix", "loss.py"]) == 0
    data = (project / "loss.py").read_bytes()
    assert data.count(b"\r\n") == BAD.count("\n") and b"log_softmax(x, -1)" in data


def test_unsafe_repairs_are_asked_for(project: Path) -> None:
    text = "import torch\n\n\ndef loss(p):\n    return torch.log(1 - p)\n"
    (project / "loss.py").write_text(text)
    assert main(["check", "--fix", "loss.py"]) == 1
    assert (project / "loss.py").read_text() == text
    assert main(["check", "--unsafe-fixes", "loss.py"]) == 0
    assert "torch.clamp(1 - p, min=1e-12)" in (project / "loss.py").read_text()


def test_a_fault_in_a_rule_costs_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError("odd")

    rules.load()
    monkeypatch.setattr(get("NS102"), "match", fault)
    assert main(["check", "."]) == 2
    assert "internal error" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="has no timers")
def test_a_file_has_a_time_bound(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def endless(*_: object) -> None:
        while True:
            pass

    rules.load()
    monkeypatch.setattr(get("NS102"), "match", endless)
    monkeypatch.setattr(bounded, "SECONDS", 0.1)
    assert main(["check", "--no-cache", "."]) == 0
    assert (
        capsys.readouterr().err == "numsan check: loss.py: not checked, took more than 0.1 s of computing\n"
    )
