"""Whole programs: what the experiments say of a failure, and what they refuse to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.program import Seen, line_of, watched, write

pytestmark = pytest.mark.slow

LOOP = """
    import math, os
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(0)
    net = torch.nn.Linear(4, 4)
    opt = torch.optim.SGD(net.parameters(), lr=1e-2)
    data = torch.randn(64, 4)
    {setup}
    for step, (x,) in enumerate(DataLoader(TensorDataset(data), batch_size=4)):
        out = net(x)
        {loss}
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("end")
"""


def run(folder: Path, loss: str, setup: str = "") -> Seen:
    write(folder, LOOP.format(loss=loss, setup=setup))
    seen = watched(folder, "train.py", budget=60)
    assert seen.status == 3, seen.err
    return seen


def outcomes(seen: Seen) -> dict[str, str]:
    return {p["experiment"]: p["outcome"] for p in seen.finding["proof"]}


def test_range_of_a_format(tmp_path: Path) -> None:
    seen = run(tmp_path, "loss = (out * (300.0 if step == 5 else 1.0)).half().square().mean().float()")
    assert seen.finding["line"] == line_of(tmp_path / "train.py", "loss =")
    assert outcomes(seen)["float64"] == "finite"
    assert seen.finding["verdict"].startswith("range of float16")


def test_bad_data_is_proved_without_it(tmp_path: Path) -> None:
    seen = run(tmp_path, "loss = out.square().mean()", "data[22, 2] = math.nan")
    assert outcomes(seen)["without the samples"] == "finite"
    assert seen.finding["verdict"].startswith("bad data")
    assert (seen.finding["samples"], seen.finding["confidence"]) == ([22], "proved")


def test_exploding_training(tmp_path: Path) -> None:
    setup = "opt = torch.optim.SGD(net.parameters(), lr=300.0); data = data.repeat(20, 1)"
    seen = run(tmp_path, "loss = out.square().mean()", setup)
    assert seen.finding["kind"] == "explosion"
    assert seen.finding["verdict"].startswith("exploding training")


def test_a_fault_that_comes_once_blames_no_line(tmp_path: Path) -> None:
    once = "torch.tensor(math.nan if step == 5 and not os.path.exists('m') and not os.mkdir('m') else 1.0)"
    seen = run(tmp_path, f"loss = (out * {once}).square().mean()")
    found = seen.finding
    assert (found["code"], found["line"], found["fix"]["diff"]) == ("NS801", None, None)
    assert found["confidence"] == "suspect"
    assert found["verdict"].startswith("did not reproduce")
    assert outcomes(seen)["as it is"] == "finite"


def test_a_fault_that_spoilt_the_weights_once_blames_no_line(tmp_path: Path) -> None:
    """The step that fails repeats in place, bit for bit: only a copy of the program knows better."""
    once = "if step == 5 and not os.path.exists('m') and not os.mkdir('m'): net.weight.data[0, 0] = 1e30"
    seen = run(tmp_path, f"loss = out.square().mean()\n        {once}")
    assert outcomes(seen) | {"replay": "nonfinite", "as it is": "finite"} == outcomes(seen)
    assert (seen.finding["code"], seen.finding["line"], seen.finding["fix"]["diff"]) == ("NS801", None, None)


def test_what_depends_on_the_number_of_threads_is_recognised(tmp_path: Path) -> None:
    """Halves of a sum overflow float16, the whole does not."""
    setup = "torch.set_num_threads(2); up = torch.cat([torch.ones(400), -torch.ones(400)]) * 200"
    whole = "sum(p.half().sum() for p in (up * (step == 5)).chunk(torch.get_num_threads()))"
    seen = run(tmp_path, f"loss = out.square().mean() + {whole}.float()", setup)
    assert outcomes(seen)["threads"] == "finite"
    assert seen.finding["verdict"].startswith("depends on the number of threads")
    assert seen.finding["confidence"] == "suspect"


def test_what_only_compiled_code_does(tmp_path: Path) -> None:
    part = "lambda y, at: y / (0.0 if torch.compiler.is_compiling() and at == 5 else 1.0)"
    setup = f"scaled = torch.compile({part}, backend='eager')"
    seen = run(tmp_path, "loss = scaled(out, step).square().mean()", setup)
    assert outcomes(seen) | {"as it is": "nonfinite", "eager": "finite"} == outcomes(seen)
    assert seen.finding["verdict"].startswith("compiled only")
    assert seen.finding["confidence"] == "suspect"


def test_the_order_and_the_stop_are_told(tmp_path: Path) -> None:
    path = write(tmp_path, LOOP.format(setup="", loss="loss = torch.log(out.sum() * (step < 5))  # BAD"))
    seen = watched(tmp_path, "train.py", quiet=False, budget=60)
    assert seen.finding["line"] == line_of(path, "# BAD")
    said = " ".join(seen.err.split())
    assert "verdict mathematics: the step fails in float64, too" in said
    assert "experiments in" in said
    assert "what the verdict needs first, then the cheapest; stopped when the verdict was clear" in said


def test_no_budget_no_experiment(tmp_path: Path) -> None:
    write(tmp_path, LOOP.format(setup="", loss="loss = torch.log(out.sum() * (step < 5))"))
    seen = watched(tmp_path, "train.py", budget=0)
    assert [p["experiment"] for p in seen.finding["proof"]] == ["replay"]
    assert "verdict" not in seen.finding
