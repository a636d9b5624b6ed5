"""Which samples are named: those whose rows went bad, not those that merely hold what a mask put there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.program import line_of, watched, write

pytestmark = pytest.mark.slow

PROGRAM = """
    import torch
    from torch import nn

    torch.manual_seed(0)

    def masked_softmax(scores, mask):
        scores = scores.masked_fill(~mask, float("-inf"))
        top = scores.max(dim=-1, keepdim=True).values
        e = torch.exp(scores - top)
        return e / e.sum(-1, keepdim=True)

    score, out = nn.Linear(6, 1), nn.Linear(6, 2)
    opt = torch.optim.Adam([*score.parameters(), *out.parameters()], lr=1e-2)
    x, n, y = torch.randn(600, 7, 6), torch.randint(1, 8, (600,)), torch.randint(0, 2, (600,))
    n[431] = 0
    mask = torch.arange(7)[None] < n[:, None]
    order = torch.randperm(600)
    for k in range(0, 600, 24):
        j = order[k:k + 24]
        w = masked_softmax(score(x[j]).squeeze(-1), mask[j])
        loss = nn.functional.cross_entropy(out((w.unsqueeze(-1) * x[j]).sum(1)), y[j])
        opt.zero_grad()
        loss.backward()
        opt.step()
"""


def test_a_mask_fills_many_rows_and_one_is_all_mask(tmp_path: Path) -> None:
    path = write(tmp_path, PROGRAM)
    seen = watched(tmp_path, "train.py")
    assert seen.finding["line"] == line_of(path, "torch.exp(")
    assert seen.finding["samples"] == [431]
