"""Steps too short for the tape's marks: the tape rests, the sentinel does not, and a failure is re-executed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from numsan.watch.sentinel import Sentinel
from tests.run.program import line_of, watched, write


class Marks:
    """Stands for the tape: counts what it is told."""

    def __init__(self) -> None:
        self.count = 0
        self.forgotten = 0

    def mark_constructed(self, _: object) -> None: ...
    def mark_backward(self, _: object) -> None: ...
    def before_step(self, _: object) -> None: ...

    def mark_step(self, _: object) -> None:
        self.count += 1

    def forget(self) -> None:
        self.forgotten += 1


def steps(count: int, pace: float, monkeypatch: pytest.MonkeyPatch) -> Marks:
    """`count` steps that seem to take `pace` seconds each."""
    marks = Marks()
    sentinel = Sentinel(print, marks)
    monkeypatch.setattr("numsan.watch.pace.time.perf_counter", lambda: sentinel.step * pace)
    sentinel.arm()
    try:
        w = torch.nn.Parameter(torch.ones(2))
        optimizer = torch.optim.SGD([w], lr=1e-3)
        for _ in range(count):
            optimizer.zero_grad()
            w.square().sum().backward()
            optimizer.step()
    finally:
        sentinel.disarm()
    return marks


def test_short_steps_are_marked_at_first_and_then_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = steps(1500, 2e-4, monkeypatch)
    assert 1024 <= marks.count < 1200 and marks.forgotten == 1


def test_steps_of_ordinary_length_are_always_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = steps(1500, 5e-3, monkeypatch)
    assert marks.count == 1500 and marks.forgotten == 0


@pytest.mark.slow
def test_a_late_failure_of_a_program_with_short_steps_still_finds_its_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        import torch

        w = torch.nn.Parameter(torch.ones(4))
        optimizer = torch.optim.SGD([w], lr=1e-4)
        for step in range(3000):
            x = torch.zeros(4) if step == 2500 else torch.ones(4)
            distance = (w * x).square().sum().sqrt()
            optimizer.zero_grad()
            distance.backward()
            optimizer.step()
        """,
    )
    seen = watched(tmp_path, "train.py")
    assert seen.report is not None and seen.report["failed_step"] == 2500
    assert seen.finding["line"] == line_of(path, "sqrt()")
    assert "re-executed: failed at step 2500 (same loss" in seen.finding["proof"][0]["detail"]
