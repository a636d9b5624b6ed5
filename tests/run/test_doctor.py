"""`numsan doctor` on programs that are ill in one known way, and on one that is well."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from numsan.cli import main
from tests.run.program import environment, write

PROGRAM = """
    import torch
    import torch.nn.functional as F

    open("ran", "w").close()
    torch.manual_seed(0)
    x = torch.randn(256, 6)
    y = (x[:, 0] - x[:, 1]).unsqueeze(1)
    {data}
    net = torch.nn.Sequential(torch.nn.Linear(6, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
    opt = torch.optim.SGD(net.parameters(), lr=0.05)
    {change}
    for step in range(60):
        at = torch.randint(0, 256, (32,))
        loss = F.mse_loss(net(x[at]), y[at])
        opt.zero_grad()
        loss.backward()
        opt.step()
"""


def examined(folder: Path, change: str = "") -> tuple[int, dict[str, dict[str, Any]]]:
    place = "{data}" if change.startswith("x") else "{change}"
    write(folder, PROGRAM.replace(place, change).replace("{data}", "").replace("{change}", ""))
    command = [sys.executable, "-m", "numsan", "doctor", "--steps", "50", "--format", "json", "train.py"]
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=200, check=False
    )
    assert done.stdout, done.stderr
    return done.returncode, {line["name"]: line for line in json.loads(done.stdout)["lines"]}


@pytest.mark.slow
def test_a_program_that_is_well(tmp_path: Path) -> None:
    status, lines = examined(tmp_path)
    assert status == 0, [line for line in lines.values() if not line["ok"]]
    assert {
        "data",
        "loss",
        "learning rate",
        "gradients",
        "code",
        "float64",
        "float16",
        "matrices",
    } == lines.keys()
    assert not (tmp_path / "ran").exists()  # copies write nothing that lasts


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "name", "says", "cause"),
    [
        ("x[3, 2] = float('nan')\n    x = x.repeat_interleave(8, 0)[:256]", "data", "not finite", "nan or infinity"),
        ("x[:, 4] = 1.0", "data", "1 of 6 columns are constant", "standardising"),
        ("opt.param_groups[0]['lr'] = 1e-3", "loss", "", "the learning rate is too low"),
        ("net[0].bias.data.fill_(-100.0)", "gradients", "exactly 0", "2 weights are not trained"),
        ("opt.param_groups[0]['lr'] = 50.0", "loss", "not finite", "numerical failure"),
        ("opt.param_groups[0]['lr'] = 0.45", "learning rate", "x3", "no reserve"),
    ],
)  # fmt: skip
def test_one_illness(change: str, name: str, says: str, cause: str, tmp_path: Path) -> None:
    status, lines = examined(tmp_path, change)
    assert status == 1
    assert not lines[name]["ok"] and says in lines[name]["says"] and cause in lines[name]["cause"], lines


def test_what_cannot_be_examined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", str(tmp_path / "gone.py")]) == 2
    assert "cannot open" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["doctor"])
    assert stop.value.code == 2 and "no program given" in capsys.readouterr().err
