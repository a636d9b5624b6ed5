"""Watching changes nothing: the same weights and random streams, and what is compiled stays compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.program import bare, same, watched, write

STREAMS = """
    import random
    import numpy, torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    random.seed(1), numpy.random.seed(2), torch.manual_seed(3)
    own, bits, shuffles = torch.Generator().manual_seed(4), numpy.random.default_rng(5), random.Random(6)
    x = torch.randn(40, 5)
    net = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.ReLU(), nn.Linear(8, 1))
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)
    loader = DataLoader(TensorDataset(x, x.sum(1)), batch_size=8, shuffle=True, generator=own)
    for epoch in range(3):
        for a, b in loader:
            noise = torch.from_numpy(bits.standard_normal(a.shape)).float() * numpy.random.rand()
            loss = (net(a + noise * random.gauss(0, 0.1))[:, 0] - b).pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0 + shuffles.random())
            optimizer.step()
        print(epoch, loss.item().hex())
    print(hash(random.getstate()), shuffles.random(), bits.random(), numpy.random.rand())
    print(torch.rand(1, generator=own).item().hex(), torch.rand(1).item().hex())
    print([t.numpy().tobytes().hex() for t in net.state_dict().values()])
"""


def test_streams_and_weights(tmp_path: Path) -> None:
    write(tmp_path, STREAMS)
    assert same(tmp_path, "train.py").report == {
        "schema": "numsan.report/1", "status": "healthy", "script": "train.py", "steps": 15,
        "failed_step": None, "first_signal": None, "findings": [],
    }  # fmt: skip


COMPILED = """
    import torch
    torch.manual_seed(0)
    graphs, calls = [], []

    def backend(graph, inputs):
        graphs.append(len(graph.graph.nodes))
        def run(*args):
            calls.append(len(graphs))
            return graph(*args)
        return run

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = torch.nn.Linear(4, 8), torch.nn.Linear(8, 1)

        def forward(self, x):
            return self.b(torch.relu(self.a(x)))

    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-2)
    forward = torch.compile(net, backend=backend)
    step = torch.compile(optimizer.step, backend=backend) if WHOLE else optimizer.step
    for i in range(12):
        optimizer.zero_grad()
        loss = forward(torch.randn(6, 4)).pow(2).mean()
        loss.backward()
        step()
    print(graphs, calls, loss.item().hex())
    print([p.detach().numpy().tobytes().hex() for p in net.parameters()])
"""


@pytest.mark.slow
@pytest.mark.parametrize("whole", [False, True], ids=["model", "model-and-step"])
def test_compiled_stays_compiled(tmp_path: Path, whole: bool) -> None:
    """The same graphs, as often called: nothing is compiled again or left eager because of us."""
    write(tmp_path, COMPILED.replace("WHOLE", str(whole)))
    plain, seen = bare(tmp_path, "train.py"), watched(tmp_path, "train.py")
    assert (seen.status, seen.out) == (plain.status, plain.out)
    assert not seen.out.startswith("[]") and "numsan" not in seen.err
    assert seen.report is not None and (seen.report["status"], seen.report["steps"]) == ("healthy", 12)


@pytest.mark.slow
def test_a_compiled_step_is_watched_from_outside(tmp_path: Path) -> None:
    text = COMPILED.replace("WHOLE", "True").replace("torch.randn(6, 4)", "torch.randn(6, 4) / (i != 7)")
    write(tmp_path, text)
    seen = watched(tmp_path, "train.py")
    assert seen.status == 3 and seen.report is not None
    assert seen.report["failed_step"] == 7
