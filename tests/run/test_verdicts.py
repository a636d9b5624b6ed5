"""What the report may claim: a transient fault blames no line, a watched run goes on, one step traced live is enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.program import line_of, watched, write

pytestmark = pytest.mark.slow

ONCE = """
    import os
    import torch

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    x = torch.randn(256, 8)
    y = x.sum(1, keepdim=True)
    for step in range(60):
        pick = torch.randint(0, 256, (32,))
        h = net[1](net[0](x[pick]))
        if step == 37 and not os.path.exists("fault"):
            open("fault", "w").close()
            h = h.clone()
            h.view(-1).view(torch.int32)[40] = 0x7F800001
        loss = (net[2](h) - y[pick]).square().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("end")
"""

UNREPEATABLE = """
    import os
    import torch

    net = torch.nn.Linear(8, 1)
    opt = torch.optim.SGD(net.parameters(), lr=1e-3)
    started = os.path.exists("again")
    open("again", "w").close()
    if started:
        raise SystemExit("this program runs once")
    passes = iter(range(10**9))
    TRAIN = '''
    def train():
        for step in range(40):
            x = torch.rand(16, 8)
            mask = torch.zeros(16, 1) if next(passes) in (7, 9) else torch.ones(16, 1)
            loss = ((net(x) - 1).square() * mask).sum() / mask.sum()
            opt.zero_grad()
            loss.backward()
            opt.step()
    '''
    exec(compile(TRAIN, "<generated>", "exec"))
    train()
"""

ZERO = """
    import torch

    torch.manual_seed(1)
    w = torch.nn.Parameter(torch.ones(3))
    opt = torch.optim.SGD([w], lr=0.1)
    for step in range(6):
        x = torch.zeros(3) if step == 4 else torch.ones(3)
        loss = (w * x).square().sum().sqrt()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("finished", step)
"""


def test_a_bit_that_flips_once_blames_no_line(tmp_path: Path) -> None:
    write(tmp_path, ONCE)
    seen = watched(tmp_path, "train.py")
    assert seen.status == 3 and seen.report is not None and seen.report["failed_step"] == 37
    finding = seen.finding
    assert finding["name"] == "did-not-reproduce" and finding["confidence"] == "suspect"
    assert finding["file"] is None and finding["line"] is None
    assert finding["proof"][0]["outcome"] == "finite" and "0 of 4" in finding["proof"][0]["detail"]


def test_watch_only_says_what_happened_and_lets_the_program_end(tmp_path: Path) -> None:
    write(tmp_path, ZERO)
    seen = watched(tmp_path, "--watch-only", "train.py")
    assert "finished 5" in seen.out
    assert seen.status == 3 and seen.report is not None
    assert seen.report["failed_step"] == 4 and seen.report["first_signal"]["what"] == "gradient"
    assert seen.report["findings"] == []


def test_the_same_program_replayed_names_the_root_and_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, ZERO)
    finding = watched(tmp_path, "train.py").finding
    assert finding["line"] == line_of(path, "sqrt()") and finding["phase"] == "backward"
    text = path.read_text().splitlines()[finding["line"] - 1]
    assert text[finding["column"] : finding["end_column"]] == "(w * x).square().sum().sqrt()"
    assert finding["proof"][0]["detail"].startswith("3 of 3, bit for bit")


def test_a_step_that_cannot_be_repeated_is_caught_when_it_comes_back(tmp_path: Path) -> None:
    write(tmp_path, UNREPEATABLE)
    seen = watched(tmp_path, "train.py", quiet=False)
    assert seen.status == 3 and seen.report is not None and seen.report["failed_step"] == 7
    assert "goes on, traced, until it happens again" in seen.err
    assert seen.finding["kind"] == "domain" and "traced live at step" in seen.finding["proof"][0]["detail"]
