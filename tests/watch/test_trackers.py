"""A tracker that the program talks to hears of every step once, however often the failing one is replayed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from numsan.watch.trackers import muted
from tests.run.program import watched, write

TRACKER = """
    import atexit, itertools
    calls = itertools.count()  # no replay puts it back, like what was sent to a server

    def log(values):
        next(calls)

    atexit.register(lambda: print(next(calls), "logged"))
"""
PROGRAM = """
    import torch
    import wandb

    torch.manual_seed(0)
    net = torch.nn.Linear(4, 2)
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    for step in range(12):
        x = torch.zeros(3, 4) if step == 9 else torch.rand(3, 4)
        loss = torch.log(x.sum(1)).mean() + net(x).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        wandb.log({"loss": loss.item()})
"""


@pytest.mark.slow
def test_replays_are_not_logged(tmp_path: Path) -> None:
    write(tmp_path, TRACKER, "wandb.py")
    write(tmp_path, PROGRAM)
    seen = watched(tmp_path, "train.py", budget=20)
    assert (seen.status, seen.out) == (3, "9 logged\n")
    assert any(p["experiment"] == "replay" and "in place" in p["detail"] for p in seen.finding["proof"])


def test_functions_and_methods_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Run:
        def log(self, values: object) -> str:
            return "logged"

    plain = ModuleType("wandb")
    plain.log = Run().log  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wandb", plain)
    monkeypatch.setitem(sys.modules, "wandb.sdk.wandb_run", SimpleNamespace(Run=Run))
    run, original = Run(), Run.log
    with muted():
        assert (plain.log({}), run.log({})) == (None, None)
    assert (plain.log({}), run.log({}), Run.log) == ("logged", "logged", original)
