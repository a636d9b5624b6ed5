"""Programs that take longer to fail than experiments may take: the edit is run on the failing step itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.program import Seen, environment, line_of, watched, write

pytestmark = pytest.mark.slow
BUDGET, PAUSE = 8, 8  # seconds

IN_THE_LOOP = f"""
    import atexit
    import time
    import torch

    time.sleep({PAUSE})
    torch.manual_seed(0)
    x = torch.rand(400, 4)
    x[200] = 0.0
    w = torch.nn.Parameter(torch.ones(4))
    opt = torch.optim.Adam([w], lr=1e-3)
    atexit.register(lambda: print("left", round(w.sum().item(), 4), i))
    for i in range(0, 400, 2):
        xb = x[i:i + 2] * w
        dist = torch.sqrt((xb ** 2).sum(1))
        loss = (dist - 1).pow(2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    open("ended", "w").close()
"""

IN_A_METHOD = f"""
    import time
    import numpy as np
    import torch
    from torch import nn

    time.sleep({PAUSE})
    torch.manual_seed(0)
    rng = np.random.default_rng(1)

    def batches(n):
        for i in range(n):
            x = torch.from_numpy(rng.normal(size=(16, 6)).astype("float32"))
            if i == 150:
                x[3] = 100.0
            yield x, torch.randint(0, 2, (16,)).float()

    class Trainer:
        def __init__(self):
            self.model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
            self.opt = torch.optim.AdamW(self.model.parameters(), lr=1e-3)

        def loss(self, x, y):
            p = torch.sigmoid(self.model(x).squeeze(1) * 40.0)
            return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()

        def fit(self, n):
            for i, (x, y) in enumerate(batches(n)):
                loss = self.loss(x, y)
                self.opt.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                self.opt.step()

    if __name__ == "__main__":
        Trainer().fit(400)
"""


def repaired(folder: Path, text: str) -> Seen:
    write(folder, text)
    seen = watched(folder, "--out", "run", "train.py", budget=BUDGET)
    assert seen.status == 3, seen.err
    return seen


def proof(seen: Seen) -> str:
    return next(p["detail"] for p in seen.finding["proof"] if p["experiment"] == "repair")


def applied(folder: Path) -> Seen:
    """The repaired program, from its start."""
    command = [sys.executable, "-m", "numsan", "fix", "--apply", "run"]
    subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)
    return watched(folder, "train.py")


def test_an_edit_of_the_loop_that_is_running(tmp_path: Path) -> None:
    seen = repaired(tmp_path, IN_THE_LOOP)
    assert seen.finding["line"] == line_of(tmp_path / "train.py", "torch.sqrt(")
    assert seen.finding["fix"]["verified"], seen.finding
    assert "99 steps after it to the end are finite" in proof(seen)
    # what the trial did is undone: no file, and the weight and the index are those of the failure
    assert (seen.out, (tmp_path / "ended").exists()) == ("left 3.7835 200\n", False)
    assert applied(tmp_path).status == 0


def test_an_edit_of_a_method_fed_by_a_generator(tmp_path: Path) -> None:
    seen = repaired(tmp_path, IN_A_METHOD)
    assert seen.finding["line"] == line_of(tmp_path / "train.py", "torch.log(p)")
    assert seen.finding["fix"]["verified"], seen.finding
    assert "100 steps after it are finite" in proof(seen)
    assert applied(tmp_path).status == 0


def test_an_edit_of_the_set_up_is_not_judged_in_place(tmp_path: Path) -> None:
    seen = repaired(tmp_path, IN_THE_LOOP.replace("x[200] = 0.0", "x[200] = float('inf')"))
    assert not seen.finding["fix"]["verified"]
    assert "--budget" in proof(seen)
