"""Which files are looked at, and what a file that cannot be looked at costs."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from numsan.check.files import found
from numsan.check.settings import Settings
from numsan.cli import main
from tests.check.test_command import BAD


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(BAD, encoding="utf-8")


def names(*paths: str, **options: bool) -> list[str]:
    return [Path(f).as_posix() for f in found(paths or (".",), Settings(), **options).files]


def test_each_file_once_and_not_what_is_somebody_elses(project: Path) -> None:
    make(
        project,
        "b.py",
        "a/x.py",
        ".venv/v.py",
        "venv/v.py",
        "a/__pycache__/c.py",
        "node_modules/n.py",
        "t.txt",
    )
    assert names() == ["b.py", "a/x.py"]
    assert (names("a", ".", "a/x.py"), names("t.txt")) == (["a/x.py", "b.py"], ["t.txt"])


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_git_says_what_is_ignored(project: Path) -> None:
    make(
        project,
        "a.py",
        "gen/deep/g.py",
        "keep/no.py",
        "keep/yes.py",
        "sub/top.py",
        "top.py",
        "tracked.tmp.py",
        "b.tmp.py",
    )
    (project / ".gitignore").write_text("gen/\nkeep/*\n!keep/yes.py\n/top.py\n*.tmp.py\n")
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "-f", "tracked.tmp.py"], check=True)
    assert names() == ["a.py", "tracked.tmp.py", "keep/yes.py", "sub/top.py"]
    assert names("gen") == ["gen/deep/g.py"], "a folder that is named is wanted"
    assert names("keep") == ["keep/yes.py"]
    every = found(["."], Settings(respect_gitignore=False)).files
    assert "top.py" in every and "gen/deep/g.py" in every


def test_without_a_repository_nothing_is_ignored(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    make(project, "a.py")
    (project / ".gitignore").write_text("a.py\n")
    assert names() == ["a.py"]
    monkeypatch.setenv("PATH", "")
    assert names() == ["a.py"]


def test_links_are_not_followed_in_circles(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(project, "a/x.py")
    (project / "a" / "up").symlink_to(project)
    (project / "a" / "self.py").symlink_to(project / "a" / "self.py")
    (project / "a" / "gone.py").symlink_to("nowhere.py")
    assert names() == ["a/gone.py", "a/self.py", "a/x.py"]
    assert main(["check", "--format", "concise"]) == 1
    err = capsys.readouterr().err.splitlines()
    assert err == [
        "numsan check: a/gone.py: cannot be read (No such file or directory)",
        "numsan check: a/self.py: cannot be read (Too many levels of symbolic links)",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_not_waited_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo("p.py")
    assert names() == []
    assert main(["check", "p.py"]) == 2
    assert capsys.readouterr().err == "numsan check: 'p.py' is neither a file nor a folder\n"


def test_a_folder_that_cannot_be_read_costs_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make(project, "a.py", "shut/b.py")
    scandir = os.scandir

    def refusing(path: str) -> object:  # permissions do not stop root, which tests may run as
        if os.path.basename(path) == "shut":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert main(["check", "--format", "concise"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("a.py:5:13: NS102")
    assert said.err == "numsan check: ./shut: cannot be read (Permission denied)\n"
    assert main(["check", "shut"]) == 2
    assert capsys.readouterr().err == "numsan check: shut: cannot be read (Permission denied)\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe torch", "invalid or missing encoding declaration"),
        (
            b"# torch\n\nx = '\xe9'\n",
            "'utf-8' codec can't decode byte 0xe9 in position 14: invalid continuation byte",
        ),
        (b"# coding: klingon\nimport torch\n", "unknown encoding: klingon"),
        (b"\xef\xbb\xbf# coding: latin-1\nimport torch\n", "encoding problem: utf-8"),
    ],
)
def test_bytes_that_are_no_text_are_one_line(
    project: Path, content: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "odd.py").write_bytes(content)
    for options in ([], ["--fix"], ["--diff"]):
        assert main(["check", *options]) == 0
        assert f"numsan check: odd.py: cannot be read ({reason})\n" in capsys.readouterr().err
    assert main(["check", "odd.py"]) == 2, "a file that is named is expected to be read"
    assert (project / "odd.py").read_bytes() == content


def test_names_cannot_drive_the_terminal(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(project, "\x1b[2J.py")
    (project / "b\n::error::.py").write_text("import torch (\n")
    main(["check", "--format", "concise"])
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert said.err == "numsan check: b ::error::.py:1: does not parse (invalid syntax)\n"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig", "cp1252", "utf-8"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_repair_changes_the_expression_only(project: Path, encoding: str, end: str) -> None:
    cookie = "" if encoding.startswith("utf") else f"# -*- coding: {encoding} -*-\n"
    text = (cookie + BAD.replace("λ", "é\x0c")).replace("\n", end)
    (project / "loss.py").write_bytes(text.encode(encoding))
    (project / "loss.py").chmod(0o750)
    assert main(["check", "--fix"]) == 0
    wanted = text.replace("torch.log(torch.softmax(x, -1))", "torch.log_softmax(x, -1)")
    assert (project / "loss.py").read_bytes() == wanted.encode(encoding)
    assert (project / "loss.py").stat().st_mode & 0o777 == 0o750
    assert [p.name for p in project.iterdir() if not p.name.startswith(".")] == ["loss.py"]


def test_a_link_is_repaired_where_it_leads(project: Path) -> None:
    make(project, "real/loss.py")
    (project / "link.py").symlink_to("real/loss.py")
    assert main(["check", "--fix", "link.py"]) == 0
    assert (project / "link.py").is_symlink()
    assert "log_softmax" in (project / "real" / "loss.py").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_said(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    make(project, "loss.py")
    monkeypatch.setattr(os, "replace", full)
    assert main(["check", "--fix", "--no-cache"]) == 1
    assert "loss.py: not repaired, cannot be written (No space left on device)" in capsys.readouterr().err
    assert (project / "loss.py").read_text(encoding="utf-8") == BAD
    assert [p.name for p in project.iterdir()] == ["loss.py"]


@pytest.mark.slow
def test_a_file_of_fifty_thousand_lines(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = "".join(f"    y{n} = torch.exp(x + {n}) / (y{n - 1} + 1e-3)\n" for n in range(1, 25_000))
    table = "".join(f"    {n}: [{n}, 'a', ({n}.5, None)],\n" for n in range(25_000))
    (project / "big.py").write_text(f"import torch\n\n\ndef f(x, y0):\n{body}\n\nTABLE = {{\n{table}}}\n")
    start = time.process_time()
    assert main(["check", "--format", "concise", "--no-cache"]) in (0, 1)
    assert time.process_time() - start < 30
    assert capsys.readouterr().err == ""


def test_a_file_that_does_not_parse_is_not_called_clean(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "broken.py").write_text("import torch\nx = (\n", encoding="utf-8")
    make(project, "loss.py")
    for _ in range(2):  # the second time it is known
        for named in ("broken.py", "./broken.py", str(project / "broken.py")):
            assert main(["check", named]) == 2
            said = capsys.readouterr()
            assert said.out == "numsan: nothing found in 0 files, 1 file not checked\n"
            assert said.err.endswith("broken.py:2: does not parse ('(' was never closed)\n")
    assert main(["check"]) == 1, "one that is met in a folder fails nothing"
    assert ", 1 file not checked" in capsys.readouterr().out.splitlines()[-1]
