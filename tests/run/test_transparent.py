"""A watched program cannot tell: whatever it prints, reads, raises and returns is what plain Python gives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.run.program import environment, same, watched, write

pytestmark = pytest.mark.slow

IDENTITY = """
    from __future__ import annotations
    import atexit, dataclasses, inspect, io, logging, pickle, sys, threading, typing, warnings
    import neighbour
    import __main__

    print(sys.argv, __name__, __file__, sys.path[0], __spec__, __package__, __doc__)
    print(sorted(n for n in vars(__main__) if n.startswith("__")))
    print(__main__.__dict__ is globals(), sys.modules["__main__"] is __main__, neighbour.WORD)
    print(type(__loader__).__name__, inspect.getsource(neighbour.f))

    @dataclasses.dataclass
    class Config:
        rate: float = 0.1
        names: typing.Optional[list[str]] = None

    print(typing.get_type_hints(Config), pickle.loads(pickle.dumps(Config(0.5))), inspect.getsource(Config))
    print(input("name? "), sys.stdin.read().split())
    print(sys.gettrace(), sys.getprofile(), threading.active_count(), sys.flags.optimize)
    logging.warning("logged")
    warnings.warn("warned", stacklevel=1)
    print("to stderr", file=sys.stderr)
    atexit.register(print, "at exit")
    if __name__ == "__main__":
        sys.exit(int(sys.argv[1]))
"""


def test_identity_of_a_script(tmp_path: Path) -> None:
    write(tmp_path, "WORD = 'next door'\ndef f():\n    return 1\n", "sub/neighbour.py")
    write(tmp_path, IDENTITY, "sub/train.py")
    seen = same(tmp_path, "sub/train.py", "5", "--json", "mine", "-m", stdin="Ada\nrest of it\n")
    assert seen.status == 5
    assert seen.out.startswith("['sub/train.py', '5', '--json', 'mine', '-m'] __main__ ")
    assert seen.out.endswith("at exit\n")


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("sys.exit()", 0),
        ("sys.exit('text')", 1),
        ("sys.exit(True)", 1),
        ("os._exit(4)", 4),
        ("raise KeyError('k')", 1),
        ("raise SystemExit(259)", 3),
    ],
)
def test_endings(tmp_path: Path, ending: str, status: int) -> None:
    write(tmp_path, f"import os, sys\nprint('before', flush=True)\n{ending}\n")
    assert same(tmp_path, "train.py").status == status


def test_traceback_shows_the_program_only(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        import torch
        model = torch.nn.Linear(2, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

        def closure():
            loss = model(torch.ones(1, 2)).sum()
            loss.backward()
            try:
                return 1 / 0
            except ZeroDivisionError as error:
                raise ValueError("bad batch") from error

        optimizer.step(closure)
        """,
    )
    seen = same_but_torch_frames(tmp_path)
    assert "numsan" not in seen


def same_but_torch_frames(folder: Path) -> str:
    seen = watched(folder, "train.py")
    assert seen.status == 1
    assert "ZeroDivisionError" in seen.err and "ValueError: bad batch" in seen.err
    assert "direct cause" in seen.err and "line 13, in <module>" in seen.err
    return seen.err


def test_excepthook_of_the_program(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        import sys, threading

        def hook(kind, value, tb):
            frames = []
            while tb:
                frames.append(tb.tb_frame.f_code.co_name)
                tb = tb.tb_next
            print("hooked", kind.__name__, value, frames)

        sys.excepthook = hook
        thread = threading.Thread(target=lambda: print("in a thread"))
        thread.start()
        thread.join()

        def f():
            raise RuntimeError("x")

        f()
        """,
    )
    assert "hooked RuntimeError x ['<module>', 'f']" in same(tmp_path, "train.py").out


def test_module_with_relative_imports(tmp_path: Path) -> None:
    write(tmp_path, "print('package', __name__)\n", "pkg/__init__.py")
    write(tmp_path, "WORD = 1\n", "pkg/near.py")
    write(
        tmp_path,
        """
        import sys, pickle
        from . import near
        from .near import WORD
        class A: pass
        print(sys.argv, __name__, __file__, __package__, __spec__.name, WORD, sys.path[0], A.__module__)
        print(sorted(n for n in globals() if n.startswith("__")))
        pickle.loads(pickle.dumps(A()))
        """,
        "pkg/__main__.py",
    )
    write(tmp_path, (tmp_path / "pkg/__main__.py").read_text(), "pkg/tool.py")
    same(tmp_path, "-m", "pkg", "a", "--out", "b")
    assert "pkg.tool" in same(tmp_path, "-m", "pkg.tool").out


PROCESSES = """
    import multiprocessing, os, sys, threading
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Squares(Dataset):
        def __len__(self):
            return 12

        def __getitem__(self, i):
            return torch.tensor([float(i)]), torch.tensor([float(i * i)])

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = torch.nn.Linear(1, 1)

        def forward(self, x):
            return self.inner(x)

    def in_a_thread(model, optimizer):
        loss = model(torch.ones(1, 1)).sum()
        loss.backward()
        optimizer.step()
        print("thread stepped")

    if __name__ == "__main__":
        torch.manual_seed(0)
        model = Net()
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
        for context in (None, "fork", "spawn"):
            workers = {} if context is None else {"num_workers": 1, "multiprocessing_context": context}
            for x, y in DataLoader(Squares(), batch_size=4, shuffle=True, **workers):
                optimizer.zero_grad()
                loss = ((model(x) - y) ** 2).mean()
                loss.backward()
                optimizer.step()
            print(context, loss.item().hex())
        thread = threading.Thread(target=in_a_thread, args=(model, optimizer))
        thread.start()
        thread.join()
        torch.save(model, "model.pt")
        torch.load("model.pt", weights_only=False)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            loss = model(torch.full((1, 1), float("nan"))).sum()
            loss.backward()
            optimizer.step()
            print("child ends by falling through", flush=True)
        else:
            print("parent", os.waitpid(child, 0)[1])
            print([p.detach().numpy().tobytes().hex() for p in model.parameters()])
"""


def test_workers_threads_fork_pickle(tmp_path: Path) -> None:
    write(tmp_path, PROCESSES)
    seen = same(tmp_path, "train.py")
    assert seen.report is not None and seen.report["status"] == "healthy"
    assert seen.report["steps"] == 10
    assert seen.out.count("child ends") == 1


def test_training_in_a_thread_that_nobody_joins(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        import threading, time
        import torch
        weight = torch.nn.Parameter(torch.ones(1))
        optimizer = torch.optim.SGD([weight], lr=0.1)

        def train():
            for i in range(5):
                time.sleep(0.05)
                optimizer.zero_grad()
                (weight * i).sum().backward()
                optimizer.step()
            print("thread done")

        threading.Thread(target=train).start()
        print("main done")
        """,
    )
    seen = same(tmp_path, "train.py")
    assert seen.out == "main done\nthread done\n"
    assert seen.report is not None and seen.report["steps"] == 5


@pytest.mark.slow
def test_a_failure_in_a_thread_where_no_interrupt_arrives(tmp_path: Path) -> None:
    """As under `nohup`: the main thread waits, and Ctrl-C is ignored."""
    write(
        tmp_path,
        """
        import signal, threading
        import torch
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        weight = torch.nn.Parameter(torch.ones(1))
        optimizer = torch.optim.SGD([weight], lr=0.1)

        def train():
            for i in range(4):
                optimizer.zero_grad()
                (weight * float(i != 3)).square().sum().sqrt().backward()
                optimizer.step()

        thread = threading.Thread(target=train)
        thread.start()
        thread.join()
        threading.Event().wait(60)
        print("main done")
        """,
    )
    seen = watched(tmp_path, "train.py", timeout=50)
    assert seen.status == 3 and seen.out == "" and seen.report is not None
    assert seen.report["failed_step"] == 3 and seen.finding["code"].startswith("NS4")


OWN_HOOKS = """
    import sys
    import torch
    from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

    calls = []
    register_optimizer_step_pre_hook(lambda *a: calls.append("pre"))
    register_optimizer_step_post_hook(lambda *a: calls.append("post"))
    original = torch.Tensor.backward

    def backward(self, *args, **kwargs):
        calls.append("backward")
        return original(self, *args, **kwargs)

    torch.Tensor.backward = backward
    profiled = set()
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.Adam([weight], lr=0.1)
    handle = optimizer.register_step_pre_hook(lambda o, a, k: calls.append("own"))
    sys.setprofile(lambda frame, event, arg: profiled.add(frame.f_code.co_filename == __file__))
    for i in range(3):
        optimizer.zero_grad()
        (weight * i).sum().backward()
        optimizer.step()
    profile = sys.getprofile()
    sys.setprofile(None)
    print(calls, profile is not None, True in profiled)
    print(torch.Tensor.backward is backward, weight.item().hex(), torch.optim.Adam.__init__.__qualname__)
"""


def test_program_with_hooks_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, OWN_HOOKS)
    assert same(tmp_path, "train.py").out.count("'post'") == 3


WAITS = """
    import atexit, signal, sys, time
    import torch
    atexit.register(print, "at exit", flush=True)
    if "handler" in sys.argv:
        signal.signal(signal.SIGTERM, lambda *a: sys.exit(7))
    print("ready", flush=True)
    time.sleep(60)
"""


def signalled(folder: Path, prefix: list[str], number: int, *args: str) -> tuple[int, str, str]:
    command = [sys.executable, *prefix, "train.py", *args]
    process = subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(0.2)
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=60)
    return process.returncode, first + out, err


@pytest.mark.parametrize(
    ("number", "args", "status"),
    [(signal.SIGINT, (), -2), (signal.SIGTERM, (), -15), (signal.SIGTERM, ("handler",), 7)],
)
def test_signals(tmp_path: Path, number: int, args: tuple[str, ...], status: int) -> None:
    write(tmp_path, WAITS)
    plain = signalled(tmp_path, [], number, *args)
    seen = signalled(tmp_path, ["-m", "numsan", "run", "--quiet"], number, *args)
    assert seen == plain
    assert seen[0] == status
