"""What can go wrong around a run: no program, a dead disk, a closed pipe, a kill, tensors that cannot be traced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from numsan.watch.store import read_steps
from tests.run.program import bare, environment, line_of, watched, write

pytestmark = pytest.mark.slow

TRAIN = """
    import sys
    import torch
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.ones(3))
    optimizer = torch.optim.SGD([weight], lr=1e-9)
    for i in range(6):
        optimizer.zero_grad()
        x = torch.tensor([1.0, 2.0, 0.0 if i == 4 and "failing" in sys.argv else 3.0])
        loss = torch.sqrt(x * weight).sum()  # BAD
        loss.backward()
        optimizer.step()
        print(i, flush=True)
"""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["absent.py"], "no such file"),
        (["."], "is a directory"),
        (["broken.py"], "broken.py:2 does not parse"),
        (["-m", "no_such_module"], "no module named 'no_such_module'"),
        ([], "no program given"),
    ],
)
def test_a_program_that_cannot_start(tmp_path: Path, words: list[str], message: str) -> None:
    write(tmp_path, "x = 1\ndef f(:\n", "broken.py")
    seen = watched(tmp_path, *words)
    assert seen.status == 2 and seen.out == ""
    assert message in seen.err and seen.err.count("\n") == 1
    assert seen.report is None


DISKS = {
    "full": ["--json", "/dev/full", "--out", "run"],
    "unwritable": ["--json", "train.py/r.json", "--out", "train.py/run"],
}


@pytest.mark.parametrize("disk", DISKS)
@pytest.mark.parametrize("mode", ["healthy", "failing"])
def test_a_disk_that_refuses(tmp_path: Path, disk: str, mode: str) -> None:
    path = write(tmp_path, TRAIN)
    command = [sys.executable, "-m", "numsan", "run", "--budget", "0", *DISKS[disk], "train.py", mode]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == (3 if mode == "failing" else 0), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("could not be written") == 1
    assert done.stderr.count("cannot write to") == (1 if disk == "unwritable" else 0)
    if mode == "failing":
        assert f"train.py:{line_of(path, '# BAD')}" in done.stderr
    else:
        assert done.stdout == "0\n1\n2\n3\n4\n5\n"


def test_killed_in_the_middle(tmp_path: Path) -> None:
    """Every step that was made is in the run folder, whole."""
    write(tmp_path, TRAIN.replace("range(6)", "range(10**6)"))
    command = [sys.executable, "-m", "numsan", "run", "--out", "run", "train.py"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    for _ in range(40):
        process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.wait(60)
    steps = read_steps(str(tmp_path / "run"))
    assert len(steps) >= 40 and [s[0] for s in steps] == list(range(len(steps)))
    assert '"numsan.run/1"' in (tmp_path / "run" / "run.json").read_text()
    with open(tmp_path / "run" / "steps.f32", "ab") as file:
        file.write(b"torn")
    assert read_steps(str(tmp_path / "run")) == steps


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    run = f"{sys.executable} -m numsan run --json r.json train.py"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line.replace("RUN", run)],
        cwd=folder, env=environment(), capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_streams_that_are_closed(tmp_path: Path) -> None:
    """A pipe that closes is the program's affair; a closed standard error costs the text, not the report."""
    write(tmp_path, f"{TRAIN}    print('.' * 200_000)  # more than a pipe holds while its reader ends\n")
    piped = shell(tmp_path, "RUN | head -1")
    assert piped.stdout == "0\n" and piped.returncode == 1
    assert "BrokenPipeError" in piped.stderr and "numsan/watch" not in piped.stderr
    write(tmp_path, TRAIN)
    blind = shell(tmp_path, "RUN failing 2>&-")
    assert blind.returncode == 3 and blind.stdout == "0\n1\n2\n3\n"
    assert '"status": "failed"' in (tmp_path / "r.json").read_text()
    deaf = shell(tmp_path, "RUN failing 2>/dev/full")
    assert deaf.returncode == 3


EXOTIC = """
    import sys
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    failing = "failing" in sys.argv


    class Named(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return super().__torch_function__(func, types, args, kwargs or {})


    class Wrapper(torch.Tensor):
        @staticmethod
        def __new__(cls, inner):
            return torch.Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype)

        def __init__(self, inner):
            self.inner = inner

        @classmethod
        def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
            take = lambda t: t.inner if isinstance(t, Wrapper) else t
            return func(*[take(a) for a in args], **{k: take(v) for k, v in (kwargs or {}).items()})


    @torch.library.custom_op("exotic::shy", mutates_args=())
    def shy(x: torch.Tensor) -> torch.Tensor:
        return x * 2

    shy.register_autograd(lambda ctx, grad: grad * 2)

    weight = torch.nn.Parameter(torch.ones(4))
    table = torch.nn.Embedding(5, 4, sparse=True)
    optimizer = torch.optim.SGD([weight, *table.parameters()], lr=0.01)
    csr = torch.eye(4).to_sparse_csr()
    quantised = torch.quantize_per_tensor(torch.ones(4), 0.1, 0, torch.qint8)
    meta = torch.ones(4, device="meta")
    empty = torch.empty(0, 4)
    for i in range(5):
        optimizer.zero_grad()
        x = torch.arange(4.0).as_subclass(Named) + (1.0 if not (failing and i == 3) else 0.0)
        nested = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
        spectrum = torch.fft.rfft(weight * x.as_subclass(torch.Tensor)).abs().sum()
        extra = (csr @ weight[:, None]).sum() + (weight * quantised.dequantize()).sum() + empty.sum()
        wrapped = (Wrapper(torch.ones(4)) + 1).sum() + (meta + 1).shape[0] + nested.to_padded_tensor(0.0).sum()
        root = torch.sqrt(weight.detach() * 0 + x.as_subclass(torch.Tensor) * weight)  # BAD
        loss = shy(root).sum() + extra + wrapped + spectrum + table(torch.tensor([1, 2])).sum()
        loss.backward()
        optimizer.step()
    print(weight.detach().numpy().tobytes().hex())
"""


def test_exotic_tensors(tmp_path: Path) -> None:
    path = write(tmp_path, EXOTIC)
    healthy, plain = watched(tmp_path, "train.py", quiet=False), bare(tmp_path, "train.py")
    assert (healthy.status, healthy.out) == (plain.status, plain.out) and plain.status == 0, plain.err
    assert healthy.report is not None and healthy.report["status"] == "healthy"
    failing = watched(tmp_path, "train.py", "failing", quiet=False)
    assert failing.status == 3 and failing.report is not None and failing.report["failed_step"] == 3
    assert failing.finding["line"] == line_of(path, "# BAD"), failing.err
    assert "Traceback" not in failing.err


REFUSES = """
    import sys
    import torch

    class Shy(torch.Tensor):
        @staticmethod
        def __new__(cls, inner):
            return torch.Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype, requires_grad=True)

        def __init__(self, inner):
            self.inner = inner

        @classmethod
        def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
            name = func.overloadpacket.__name__
            if name not in ("sgd", "detach", "alias"):
                raise NotImplementedError(f"no {name} here")
            return Shy(args[0].inner)

    class Plain(torch.optim.Optimizer):
        def step(self, closure=None):
            for p in self.param_groups[0]["params"]:
                print("stepped", type(p).__name__)

    good = torch.nn.Parameter(torch.ones(2))
    shy = Shy(torch.ones(2))
    shy.grad = Shy(torch.ones(2))
    optimizer = Plain([good, shy], {})
    for i in range(2):
        optimizer.zero_grad = lambda: None
        good.sum().backward()
        optimizer.step()
"""


def test_a_tensor_that_refuses_every_look(tmp_path: Path) -> None:
    """The sentinel cannot look: it says so once and gets out of the way."""
    write(tmp_path, REFUSES)
    plain, seen = bare(tmp_path, "train.py"), watched(tmp_path, "train.py", quiet=False)
    assert plain.status == 0, plain.err
    assert (seen.status, seen.out) == (plain.status, plain.out)
    assert seen.err.count("a fault of its own") == 1, seen.err
    assert "Traceback" not in seen.err


GENERATED = """
    import os, sys
    import torch
    text = "\\ndef score(w, x):\\n    return torch.sqrt(w * x).sum()\\n"
    mode = sys.argv[1]
    space = {"torch": torch}
    if mode == "string":
        exec(text, space)
    else:
        with open("part.py", "w") as file:
            file.write(text)
        sys.path.insert(0, os.getcwd())
        import part
        part.torch = torch
        space["score"] = part.score
        if mode == "deleted":
            os.unlink("part.py")
        if mode == "changed":
            with open("part.py", "w") as file:
                file.write("# shifted" * 9 + "\\n" * 7 + text)
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    for i in range(4):
        optimizer.zero_grad()
        loss = space["score"](weight, torch.tensor([1.0, 0.0 if i == 2 else 1.0]))  # CALL
        loss.backward()
        optimizer.step()
"""


@pytest.mark.parametrize("mode", ["string", "deleted", "changed"])
def test_source_that_is_not_what_runs(tmp_path: Path, mode: str) -> None:
    """No line is made up: the one that ran in `part.py`, the caller's, or none."""
    path = write(tmp_path, GENERATED)
    seen = watched(tmp_path, "train.py", mode, quiet=False)
    assert seen.status == 3 and seen.report is not None, seen.err
    assert seen.report["failed_step"] == 2 and "Traceback" not in seen.err
    found = seen.finding
    known = {("part.py", 3), ("train.py", line_of(path, "# CALL")), (None, None)}
    assert (found["file"], found["line"]) in known
    assert "sqrt" in found["title"] + found["cause"] + str(found["op"])
