"""Several ranks: every process ends, nobody waits for a rank that has gone, reports do not overwrite each other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.program import environment, line_of, write

pytestmark = pytest.mark.slow

PARALLEL = """
    import os, sys
    import torch
    import torch.distributed as dist
    from torch.nn.parallel import DistributedDataParallel

    def main():
        dist.init_process_group("gloo")
        rank = dist.get_rank()
        torch.manual_seed(0)
        model = DistributedDataParallel(torch.nn.Linear(3, 1))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        for i in range(6):
            x = torch.ones(4, 3) + rank
            if "failing" in sys.argv and i == 4 and rank == dist.get_world_size() - 1:
                x[2] = 0.0
            optimizer.zero_grad()
            scale = torch.sqrt((x * model.module.weight).pow(2).sum(1))  # BAD
            loss = (model(x)[:, 0] * 0.1 + scale).mean()
            loss.backward()
            optimizer.step()
        said = [p.detach().numpy().tobytes().hex() for p in model.parameters()]
        os.write(1, f"{rank} {said}\\n".encode())  # one write: the two ranks share the pipe
        dist.destroy_process_group()

    if __name__ == "__main__":
        main()
"""


def torchrun(folder: Path, ranks: int, *words: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        f"--nproc-per-node={ranks}",
        *words,
    ]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=150
    )  # fmt: skip


WATCHED = ("-m", "numsan", "run", "--json", "r.json", "train.py")


def test_one_rank(tmp_path: Path) -> None:
    path = write(tmp_path, PARALLEL)
    plain, seen = torchrun(tmp_path, 1, "train.py"), torchrun(tmp_path, 1, *WATCHED)
    assert (seen.returncode, seen.stdout) == (0, plain.stdout), seen.stderr
    failing = torchrun(tmp_path, 1, *WATCHED, "failing")
    assert failing.returncode != 0
    report = json.loads((tmp_path / "r.json").read_text())
    assert (report["status"], report["failed_step"]) == ("failed", 4)
    assert report["findings"][0]["line"] == line_of(path, "# BAD"), failing.stderr


def test_two_ranks(tmp_path: Path) -> None:
    path = write(tmp_path, PARALLEL)
    plain, seen = torchrun(tmp_path, 2, "train.py"), torchrun(tmp_path, 2, *WATCHED)
    assert seen.returncode == 0, seen.stderr
    assert sorted(seen.stdout.splitlines()) == sorted(plain.stdout.splitlines())
    failing = torchrun(tmp_path, 2, *WATCHED, "failing")
    assert failing.returncode != 0
    assert 1 <= failing.stderr.count("failed at step 4") <= 2, failing.stderr
    reports = [json.loads(p.read_text()) for p in tmp_path.glob("r*.json")]
    assert any(
        r["status"] == "failed" and r["findings"] and r["findings"][0]["line"] == line_of(path, "# BAD")
        for r in reports
    ), failing.stderr
