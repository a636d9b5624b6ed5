"""A weight that the optimizer's own arithmetic spoilt: the step and its loss are told by a re-execution."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.program import line_of, watched, write

pytestmark = pytest.mark.slow

PROGRAM = """
    import torch
    from torch import nn

    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
    opt = torch.optim.RMSprop(net.parameters(), lr=1e-4, centered=True, alpha=0.9)
    x = torch.randn(64, 3)
    for i in range(3000):
        loss = (net(x) * 1e3 - 5e3).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
"""


def test_the_variance_of_centred_rmsprop(tmp_path: Path) -> None:
    path = write(tmp_path, PROGRAM)
    seen = watched(tmp_path, "train.py", budget=40)
    first = seen.finding
    assert (first["line"], first["phase"]) == (line_of(path, "RMSprop("), "optimizer")
    assert "(same loss bit for bit)" in first["proof"][0]["detail"]
    assert first["fix"]["verified"] and "centered=False" in first["fix"]["diff"]
