"""The command as a user meets it: help, mistakes, and what it leaves behind. Programs are in tests/run."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from numsan import __version__
from numsan.cli import COMMANDS, available, main
from numsan.cli.run import parse
from tests.run.program import environment, watched, write

HEALTHY = """
    import torch
    w = torch.zeros(2, requires_grad=True)
    opt = torch.optim.SGD([w], lr=0.1)
    for step in range(5):
        loss = (w - 1).square().sum()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("done", w.tolist())
"""
FAILING = """
    import torch
    x = torch.tensor([3.0, 1.0, 0.0, 2.0])
    w = torch.ones(4, requires_grad=True)
    opt = torch.optim.SGD([w], lr=0.1)
    for step in range(4):
        loss = torch.log(w[step] * x[step])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("end")
"""


def numsan(*words: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """The command, without experiments after a failure: tests/run/test_experiments.py has those."""
    quick = ["run", "--budget", "0", *words[1:]] if words[:1] == ("run",) and "--help" not in words else words
    command = [sys.executable, "-m", "numsan", *quick]
    return subprocess.run(
        command, cwd=cwd, env=environment(**env), capture_output=True, text=True, timeout=120, check=False
    )


def test_version_and_help() -> None:
    assert numsan("--version").stdout == f"numsan {__version__}\n"
    told = numsan("--help")
    assert told.returncode == 0
    for name, text in available().items():
        assert name in told.stdout
        assert text in told.stdout


def test_every_listed_command_exists_and_has_help() -> None:
    assert set(available()) == set(COMMANDS)
    for name in available():
        told = numsan(name, "--help")
        assert (told.returncode, told.stderr) == (0, "")
        assert f"numsan {name}" in told.stdout


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("check", "--help"), ("run", "--help")])
def test_help_is_quick(words: tuple[str, ...]) -> None:
    def seconds() -> float:  # of processor time: what a busy neighbour does is not in it
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        numsan(*words)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.2


def test_no_command_shows_the_help_and_fails() -> None:
    told = numsan()
    assert told.returncode == 2
    assert "usage: numsan" in told.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rn"], "unknown command 'rn', did you mean 'run'?"),
        (["chek", "."], "unknown command 'chek', did you mean 'check'?"),
        (["train.py"], "did you mean 'run train.py'?"),
        (["zzzz"], "unknown command 'zzzz'; there are run, "),
        (["--nope"], "unrecognized arguments: --nope"),
        (["run"], "no program given"),
        (["run", "--jsn", "x", "train.py"], "unrecognized arguments: --jsn"),
        (["run", "--json"], "argument --json: expected one argument"),
        (["run", "--budget", "x", "train.py"], "'x' is not a number of seconds"),
        (["run", "--budget", "nan", "train.py"], "'nan' is not a number of seconds"),
        (["run", "-m"], "argument -m: expected one argument"),
        (["run", "gone.py"], "cannot open 'gone.py': no such file or directory"),
        (["run", "."], "cannot run '.': it is a directory"),
        (["run", "nul\0.py"], "cannot open 'nul\\x00.py': not a file name"),
        (["run", "-m", "no_such_module.sub"], "no module named 'no_such_module'"),
        (["run", "-m", ".relative"], "no module named ''"),
    ],
)
def test_mistakes_are_one_line_and_status_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(words)
    except SystemExit as stop:
        status = stop.code
    out, err = capsys.readouterr()
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_unreadable_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may read everything
    assert main(["run", str(write(tmp_path, "pass"))]) == 2
    assert "permission denied" in capsys.readouterr().err


def test_what_stands_after_the_script_is_the_script_s() -> None:
    options = parse(["--json", "a", "--out=b", "train.py", "--json", "c", "-m", "--", "-x"])
    assert (options.script, options.json_path, options.out) == ("train.py", "a", "b")
    assert options.args == ("--json", "c", "-m", "--", "-x")
    options = parse(["--quiet", "-m", "pkg.train", "--watch-only", "x"])
    assert (options.module, options.args, options.quiet, options.watch_only) == (
        "pkg.train",
        ("--watch-only", "x"),
        True,
        False,
    )
    assert parse(["-mpkg", "-m"]) == parse(["-m", "pkg", "-m"])
    assert parse(["--", "-odd.py", "--"]).script == "-odd.py"


@pytest.mark.slow
def test_without_torch_the_way_out_is_named(tmp_path: Path) -> None:
    write(tmp_path, "raise ImportError(\"No module named 'torch'\")", "hidden/torch.py")
    write(tmp_path, "print('never')")
    env = environment()
    told = numsan("run", "train.py", cwd=tmp_path, PYTHONPATH=f"{tmp_path}/hidden:{env['PYTHONPATH']}")
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1)
    assert "pip install 'numsan[torch]'" in told.stderr


@pytest.mark.slow
def test_a_healthy_run_says_one_line_on_standard_error(tmp_path: Path) -> None:
    write(tmp_path, HEALTHY)
    told = numsan("run", "train.py", cwd=tmp_path)
    assert told.returncode == 0
    assert told.stdout.startswith("done [")
    assert told.stderr == "numsan: healthy, 5 steps watched, 0 findings\n"
    assert numsan("run", "--quiet", "train.py", cwd=tmp_path).stderr == ""


@pytest.mark.slow
def test_a_failing_run_reports_and_ends_with_3(tmp_path: Path) -> None:
    write(tmp_path, FAILING)
    told = numsan("run", "--json", "out/r.json", "train.py", cwd=tmp_path, COLUMNS="100")
    assert told.returncode == 3
    assert "end" not in told.stdout
    assert "failed at step 2" in told.stderr
    assert "train.py:6:12" in told.stderr
    report = json.loads((tmp_path / "out/r.json").read_text())
    assert (report["failed_step"], report["findings"][0]["line"]) == (2, 6)


@pytest.mark.slow
def test_watch_only_lets_the_program_go_on(tmp_path: Path) -> None:
    write(tmp_path, FAILING)
    told = numsan("run", "--watch-only", "train.py", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (3, "end\n")


@pytest.mark.slow
def test_no_color_beats_force_color(tmp_path: Path) -> None:
    write(tmp_path, FAILING)
    assert "\x1b[" in numsan("run", "train.py", cwd=tmp_path, FORCE_COLOR="1").stderr
    assert "\x1b[" not in numsan("run", "train.py", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1").stderr


@pytest.mark.slow
def test_a_program_that_does_not_parse_is_one_line(tmp_path: Path) -> None:
    write(tmp_path, "def (:\n")
    told = numsan("run", "train.py", cwd=tmp_path)
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1)
    assert "train.py:1 does not parse" in told.stderr


@pytest.mark.slow
def test_an_unwritable_report_costs_one_line(tmp_path: Path) -> None:
    write(tmp_path, HEALTHY)
    write(tmp_path, "", "file")
    told = numsan("run", "--json", "file/r.json", "train.py", cwd=tmp_path)
    assert told.returncode == 0
    assert "could not be written to 'file/r.json'" in told.stderr


def test_a_closed_standard_error_is_survived(tmp_path: Path) -> None:
    write(tmp_path, FAILING)
    line = f"'{sys.executable}' -m numsan run --json r.json train.py 2>&-"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, env=environment(), check=False, timeout=120)
    assert done.returncode == 3
    assert json.loads((tmp_path / "r.json").read_text())["status"] == "failed"


@pytest.mark.slow
def test_the_demo_names_the_line_and_the_sample() -> None:
    root = Path(__file__).parent.parent
    told = watched(root / "demo", "digits.py")
    assert told.status == 3
    (root / "demo" / "r.json").unlink()
    assert told.report is not None
    assert told.report["failed_step"] == 581
    assert (
        "sum(dim=-1).sqrt()" in (root / "demo/digits.py").read_text().splitlines()[told.finding["line"] - 1]
    )
    assert told.finding["samples"] == [744]
