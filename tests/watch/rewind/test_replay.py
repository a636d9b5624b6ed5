"""What a replay says, and what it must not do: print, write files, reach handlers, hide its failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.watch.rewind.rehearsal import run
from tests.watch.rewind.test_idioms import HEAD

LOOP = """
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for it in range(5):
    i = torch.randperm(48)[:12]
    loss = loss_of(X[i], Y[i])
    opt.zero_grad(); loss.backward(); opt.step()
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "train.py"
    path.write_text(HEAD + text)
    return path


def test_stops_at_the_backward_call(tmp_path: Path) -> None:
    path = write(tmp_path, LOOP)
    seen = run(path, {0, 3}, until="backward")
    assert [r.equal for _, r, _, _ in seen.replays if r] == [True] * 4
    assert not seen.disturbed
    assert seen.weights == run(path, None).weights


def test_says_how_and_how_well(tmp_path: Path) -> None:
    seen = run(write(tmp_path, LOOP), {2})
    _, replay, _, failures = seen.replays[0]
    assert replay is not None and not failures
    assert replay.way == "in place: resumed"
    assert replay.detail == "1 backward call, bit for bit"
    assert len(replay.losses) == 1


def test_prints_and_logs_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    noisy = (
        LOOP
        + "    print('out', it); import sys, logging; print('err', it, file=sys.stderr); logging.error(it)\n"
    )
    seen = run(write(tmp_path, noisy), {0, 2, 4})
    assert seen.out == "".join(f"out {k}\n" for k in range(5))
    err = capfd.readouterr().err
    assert [line for line in err.splitlines() if line.startswith("err")] == [f"err {k}" for k in range(5)]


def test_files_and_locks_are_not_entered_again(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    loop = "\n".join("    " + line for line in LOOP.splitlines())
    text = f"import threading\nlock = threading.Lock()\nwith open({str(log)!r}, 'w') as file, lock:\n{loop}\n"
    text += "        file.write(f'{it}\\n')\n"
    seen = run(write(tmp_path, text), {1, 3})
    assert [r.equal for _, r, _, _ in seen.replays if r] == [True] * 4
    assert log.read_text().splitlines()[-1] == "4"


def test_handlers_of_the_program_do_not_see_the_end_of_a_replay(tmp_path: Path) -> None:
    text = """
caught = []
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for it in range(4):
    try:
        i = torch.randperm(48)[:12]
        loss = loss_of(X[i], Y[i])
        opt.zero_grad(); loss.backward(); opt.step()
    except:
        caught.append(it)
        raise
    finally:
        print(it, len(caught))
"""
    seen = run(write(tmp_path, text), {0, 2})
    assert [r.equal for _, r, _, _ in seen.replays if r] == [True] * 4
    assert seen.out == "0 0\n1 0\n2 0\n3 0\n"


def test_a_loop_without_source_gives_none_and_says_why(tmp_path: Path) -> None:
    text = f"exec(compile({LOOP!r}, '<string>', 'exec'))\n"
    path = write(tmp_path, text)
    seen = run(path, {2})
    assert [r for _, r, _, _ in seen.replays] == [None, None]
    assert "source" in seen.replays[0][3][0]
    assert seen.weights == run(path, None).weights


def test_a_source_that_changed_is_not_trusted(tmp_path: Path) -> None:
    text = "import pathlib\nhere = pathlib.Path(__file__)\n" + LOOP
    text += "    if it == 1: here.write_text('# gone\\n' * 3)\n"
    seen = run(write(tmp_path, text), {3})
    assert [r for _, r, _, _ in seen.replays] == [None, None]


def test_a_loop_that_cannot_repeat_is_reported_as_different(tmp_path: Path) -> None:
    text = LOOP.replace("loss_of(X[i], Y[i])", "loss_of(X[i], Y[i]) + next(counter)").replace(
        "opt =", "counter = map(float, itertools.count())\nopt ="
    )
    seen = run(write(tmp_path, text), {2})
    assert [r.equal for _, r, _, _ in seen.replays if r] == [False, False]
    assert "differ" in seen.replays[0][3][0]


@pytest.mark.slow
def test_loader_with_workers(tmp_path: Path) -> None:
    text = """
loader = DataLoader(TensorDataset(X, Y), batch_size=16, shuffle=True, num_workers=2)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(2):
    for x, y in loader:
        loss = loss_of(x, y)
        opt.zero_grad(); loss.backward(); opt.step()
"""
    path = write(tmp_path, text)
    seen = run(path, {0, 1, 3})
    assert [r.equal for _, r, _, _ in seen.replays if r] == [True] * 6
    assert not seen.disturbed
    assert seen.weights == run(path, None).weights
