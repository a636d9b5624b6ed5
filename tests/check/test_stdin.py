"""Standard input: it has a name and an excerpt, and is repaired to standard output."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.check.test_command import BAD, ENV


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str, text: str | bytes) -> subprocess.CompletedProcess[bytes]:
    data = text if isinstance(text, bytes) else text.encode()
    return subprocess.run(
        [sys.executable, "-m", "numsan", "check", *args], input=data, capture_output=True, env=ENV
    )


def test_standard_input_has_a_name_and_an_excerpt(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.numsan.per-file-ignores]\n"gen/*" = ["NS1"]\n')
    done = run("--stdin-filename", "src/loss.py", "-", text=BAD)
    out = done.stdout.decode()
    assert done.returncode == 1 and "src/loss.py:5:13 in loss" in out and "~~~~" in out
    assert run("--stdin-filename", "gen/loss.py", "-", text=BAD).returncode == 0
    assert run("-", "a.py", text=BAD).returncode == 2


def test_standard_input_is_repaired_to_standard_output(project: Path) -> None:
    done = run("--fix", "-", text=BAD)
    wanted = BAD.replace("torch.log(torch.softmax(x, -1))", "torch.log_softmax(x, -1)")
    assert (done.returncode, done.stdout.decode()) == (0, wanted)
    assert done.stderr == b"numsan: nothing found in 1 file\n"
    done = run("--diff", "-", text=BAD)
    assert done.returncode == 1 and b"+    return -torch.log_softmax(x, -1).mean()" in done.stdout


def test_standard_input_that_is_no_text_is_one_line(project: Path) -> None:
    done = run("-", text=b"# torch \xff\n")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1) and b"Traceback" not in done.stderr
