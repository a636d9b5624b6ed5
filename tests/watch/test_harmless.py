"""A program run again leaves the disk as it was, and finds what it wrote itself."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import pytest

from numsan.watch.harmless import shadowed
from tests.run.program import watched, write

pytestmark = pytest.mark.slow

PROGRAM = """
    import json, os, pathlib, shutil
    import torch
    import torch.nn.functional as F

    torch.manual_seed(0)
    os.makedirs("runs/a", exist_ok=True)
    log = open("log.txt", "a")
    net = torch.nn.Linear(4, 2)
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    for step in range(12):
        x = torch.zeros(3, 4) if step == 9 else torch.randn(3, 4)
        with torch.no_grad():
            net.bias.zero_()
        opt.zero_grad()
        h = net(x)
        loss = (h * h).sum(dim=1).sqrt().mean()
        loss.backward()
        opt.step()
        log.write(f"{step} {loss.item()}\\n")
        log.flush()
        torch.save(net.state_dict(), "runs/a/last.pt.tmp")
        os.replace("runs/a/last.pt.tmp", "runs/a/last.pt")
        net.load_state_dict(torch.load("runs/a/last.pt"))
        pathlib.Path("runs/a/state.json").write_text(json.dumps({"step": step}))
        assert json.loads(open("runs/a/state.json").read()) == {"step": step}
        assert os.path.exists("runs/a/last.pt") and not os.path.exists("runs/a/last.pt.tmp")
        if step == 8:
            shutil.copy("runs/a/last.pt", "runs/best.pt")
        if step == 10:
            os.remove("keep.txt")
            assert not os.path.exists("keep.txt")
    print("end")
"""


def contents(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "r.json" and ".numsan" not in p.parts
    }


def test_trials_and_re_executions_write_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, temporary = tmp_path / "first", tmp_path / "second", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    for folder, budget in ((first, 0), (second, 60)):
        write(folder, PROGRAM)
        (folder / "keep.txt").write_text("kept")
        seen = watched(folder, "train.py", budget=budget)
        assert seen.status == 3 and seen.report is not None and seen.report["failed_step"] == 9, seen.err
    assert contents(first) == contents(second)
    assert [line.split()[0] for line in (second / "log.txt").read_text().splitlines()] == list("012345678")
    assert json.loads((second / "runs/a/state.json").read_text()) == {"step": 8}
    assert (second / "keep.txt").read_text() == "kept"
    fix = seen.finding["fix"]
    assert fix["verified"], seen.finding["proof"]
    assert not list(temporary.glob("numsan-*"))


def test_a_temporary_folder_is_removed_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (home / "kept").mkdir(parents=True)
    (home / "kept" / "a.txt").write_text("kept")
    monkeypatch.chdir(home)
    with shadowed():
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "b.txt").write_text("for now")
        shutil.rmtree("kept")
    assert not Path(folder).exists()
    assert (home / "kept" / "a.txt").read_text() == "kept"
