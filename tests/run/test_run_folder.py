"""Run folders that are damaged, foreign or hostile: one clear line, status 2, nothing run, nothing touched outside."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from numsan.cli import main
from numsan.core.patch import NoPatch, by_file, patched
from tests.run.program import watched, write

CAPSULE = {
    "schema": "numsan.capsule/1", "program": {"script": "train.py", "module": None, "args": []}, "step": 3,
}  # fmt: skip
DIFF = "--- a/{f}\n+++ b/{f}\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"


def told(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    try:
        status = main(words)
    except SystemExit as stop:
        status = int(stop.code or 0)
    return status, capsys.readouterr().err


def folder_with(path: Path, name: str, content: Any) -> Path:
    path.mkdir(exist_ok=True)
    (path / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"schema": "numsan.cap', "is damaged"),
        ("[" * 100_000, "is damaged"),
        ("[1, 2]", "is not a numsan.capsule/1 document"),
        ({"schema": "other/3"}, "is not a numsan.capsule/1 document"),
        ({**CAPSULE, "program": None}, "names no program"),
        ({**CAPSULE, "program": {"script": "gone.py", "args": []}}, "is not here"),
        ({**CAPSULE, "program": {"script": "../train.py", "args": []}}, "lies outside"),
        ({**CAPSULE, "program": {"script": "train.py", "args": [1]}}, "arguments are damaged"),
        ({**CAPSULE, "step": -1}, "names no step"),
        ({**CAPSULE, "step": "3"}, "names no step"),
    ],
)
def test_a_capsule_that_is_none(
    content: Any,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    for place in (here, tmp_path):
        write(place, "open('ran', 'w')")
    monkeypatch.chdir(here)
    folder = folder_with(here / "run", "capsule.json", content)
    status, err = told(["replay", str(folder)], capsys)
    assert (status, err.count("\n")) == (2, 1) and says in err, err
    assert not list(tmp_path.rglob("ran"))


def test_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("replay", "fix"):
        status, err = told([command, "no/such"], capsys)
        assert status == 2 and "no such directory" in err


@pytest.mark.parametrize("file", ["/etc/x.py", "../x.py", "link/x.py"])
def test_a_diff_that_reaches_outside(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    outside = write(tmp_path, "x = 1", "x.py")
    os.symlink(tmp_path, here / "link")
    monkeypatch.chdir(here)
    fix = {"schema": "numsan.fix/1", "diff": DIFF.format(f=file)}
    status, err = told(["fix", "--apply", str(folder_with(here / "run", "fix.json", fix))], capsys)
    assert status == 2 and ("outside" in err or "not a relative" in err)
    assert outside.read_text() == "x = 1"


def test_a_file_that_has_changed_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = write(tmp_path, "x = 1\n", "a.py"), write(tmp_path, "y = 1\n", "b.py")
    fix = {"schema": "numsan.fix/1", "diff": DIFF.format(f="a.py") + DIFF.format(f="b.py")}
    status, err = told(["fix", "--apply", str(folder_with(tmp_path / "run", "fix.json", fix))], capsys)
    assert status == 1 and "line 1 of 'b.py' is not what it was" in err
    assert (first.read_text(), second.read_text()) == ("x = 1\n", "y = 1\n")


def test_patches_apply_exactly() -> None:
    text = "".join(f"{i}\n" for i in range(20))
    hunks = by_file(
        "--- a/f\n+++ b/f\n@@ -2,2 +2,3 @@\n 1\n-2\n+two\n+too\n@@ -19,2 +20,2 @@\n 18\n-19\n+nineteen\n"
    )
    mended = patched(text, hunks["f"], "f").splitlines()
    assert mended[1:5] == ["1", "two", "too", "3"] and mended[-1] == "nineteen" and len(mended) == 21
    with pytest.raises(NoPatch):
        patched(text.replace("18", "x"), hunks["f"], "f")


@pytest.mark.slow
def test_an_unwritable_folder_costs_one_line(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        import torch
        w = torch.nn.Parameter(torch.zeros(2))
        opt = torch.optim.SGD([w], lr=0.1)
        w.square().sum().sqrt().backward()
        opt.step()
    """,
    )
    (tmp_path / "file").write_text("")
    seen = watched(tmp_path, "--out", "file/kept", "train.py", quiet=False)
    assert seen.status == 3 and seen.finding["code"].startswith("NS4")
    assert seen.err.count("cannot write to 'file/kept'") >= 1
