"""What is kept between runs, when it is used, and when it is not."""

from __future__ import annotations

import json
import os
import stat
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from numsan.check import pool
from numsan.check.result import Checked
from numsan.check.settings import Settings
from numsan.cli import main

BAD = "import torch\n\n\ndef loss(x):\n    return -torch.log(torch.softmax(x, -1)).mean()\n"
NOT_PYTHON = "import torch\nx = (\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "loss.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "odd.py").write_text(NOT_PYTHON, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths that were really checked."""
    paths: list[str] = []
    check = pool.check_file

    def recorded(path: str, settings: Settings) -> Checked:
        paths.append(path)
        return check(path, settings)

    monkeypatch.setattr(pool, "check_file", recorded)
    return paths


def output(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["check", *args])
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.mark.parametrize("form", ["full", "json", "concise"])
def test_the_second_run_says_the_same_without_looking(
    project: Path, looked_at: list[str], capsys: pytest.CaptureFixture[str], form: str
) -> None:
    first = output(capsys, "--format", form)
    assert first[0] == 1 and "odd.py:2: does not parse" in first[2]
    assert looked_at == ["loss.py", "odd.py"]
    assert output(capsys, "--format", form) == first
    assert looked_at == ["loss.py", "odd.py"]


def test_content_settings_and_folder_matter(
    project: Path, looked_at: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert output(capsys, "loss.py")[0] == 1
    assert output(capsys, "loss.py", "--ignore", "NS102")[0] == 0
    assert output(capsys, "loss.py", "--persona", "pedantic")[0] == 1
    assert output(capsys, "loss.py", "--no-cache")[0] == 1
    assert looked_at == ["loss.py"] * 4
    (project / "loss.py").write_text(BAD.replace("log(", "exp("))
    assert output(capsys, "loss.py")[0] == 0
    assert looked_at == ["loss.py"] * 5
    (project / "pyproject.toml").write_text('[tool.numsan.per-file-ignores]\n"gen/*" = ["NS1"]\n')
    (project / "gen").mkdir()
    for folder in (project, project / "gen"):
        (folder / "same.py").write_text(BAD)
    assert output(capsys, "same.py")[0] == 1
    monkeypatch.chdir(project / "gen")
    assert output(capsys, "same.py")[0] == 0


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{", b"[" * 5000, b'{"loss.py": 3}'])
def test_a_broken_cache_is_ignored_and_replaced(
    project: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    first = output(capsys, "loss.py")
    (file,) = (project / ".numsan_cache").glob("*.json")
    good = file.read_bytes()
    file.write_bytes(content)
    assert output(capsys, "loss.py") == first
    assert file.read_bytes() == good


@pytest.mark.parametrize(
    ("key", "value"), [("line", "5"), ("title", 3), ("severity", None), ("fix", 3), ("other", 1)]
)
def test_a_cache_that_lies_about_types_is_ignored(
    project: Path, capsys: pytest.CaptureFixture[str], key: str, value: object
) -> None:
    first = output(capsys, "loss.py")
    (file,) = (project / ".numsan_cache").glob("*.json")
    data = json.loads(file.read_text())
    data["loss.py"][1]["findings"][0][key] = value
    file.write_text(json.dumps(data))
    assert output(capsys, "loss.py") == first


def test_the_folder_ignores_itself_and_forgets(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert output(capsys)[0] == 1
    folder = project / ".numsan_cache"
    assert "*" in (folder / ".gitignore").read_text().splitlines()
    (project / "odd.py").unlink()
    (project / "loss.py").write_text(BAD + "\n")
    output(capsys)
    (file,) = folder.glob("*.json")
    assert list(json.loads(file.read_text())) == ["loss.py"]
    for n in range(12):
        output(capsys, "--ignore", ",".join(f"NS10{i}" for i in range(1, 2 + n % 6)), *["."] * (n // 6))
    assert len(list(folder.glob("*.json"))) <= 8


def test_where_it_lies_can_be_chosen(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output(capsys, "--cache-dir", "elsewhere")
    assert list((project / "elsewhere").glob("*.json")) and not (project / ".numsan_cache").exists()
    (project / "pyproject.toml").write_text('[tool.numsan]\ncache-dir = "kept"\n')
    output(capsys)
    assert list((project / "kept").glob("*.json"))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_costs_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert output(capsys, "loss.py")[0] == 1
    project.chmod(stat.S_IRWXU)


def test_a_file_in_the_place_of_the_folder_costs_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".numsan_cache").write_text("mine")
    assert output(capsys, "loss.py")[0] == 1
    assert (project / ".numsan_cache").read_text() == "mine"


def test_many_files_keep_their_order(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(90):
        (project / f"m{n:02}.py").write_text(BAD if n % 2 else NOT_PYTHON)
    status, out, err = output(capsys, "--format", "concise", "--no-cache")
    assert status == 1
    assert [line.split(":")[0] for line in out.splitlines()] == ["loss.py"] + [
        f"m{n:02}.py" for n in range(1, 90, 2)
    ]
    assert err.count("does not parse") == 46


def ends_its_process(path: str, settings: Settings) -> Checked:
    if path == "m07.py":
        os._exit(9)
    return Checked(path)


@pytest.mark.skipif(os.name == "nt", reason="needs fork")
def test_a_file_that_ends_its_process_costs_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pool, "check_file", ends_its_process)
    monkeypatch.setattr(pool, "_CHUNK", 45)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    paths = [f"m{n:02}.py" for n in range(90)]
    results = list(pool.check_files(paths, Settings()))
    assert [r.path for r in results] == paths
    assert [r.note for r in results if r.note] == ["m07.py: not checked, it ended the process that did"]


@pytest.mark.skipif(os.name == "nt", reason="needs fork")
def test_a_process_may_end_while_files_are_still_handed_out(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handed_out, submit = [0], ProcessPoolExecutor.submit

    def slowly(self: ProcessPoolExecutor, *args: Any) -> Any:
        handed_out[0] += 1
        if handed_out[0] == 9:
            time.sleep(1)
        return submit(self, *args)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", slowly)
    monkeypatch.setattr(pool, "check_file", ends_its_process)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    paths = [f"m{n:02}.py" for n in range(90)]
    results = list(pool.check_files(paths, Settings()))
    assert [r.path for r in results] == paths
    assert [r.note for r in results if r.note] == ["m07.py: not checked, it ended the process that did"]
