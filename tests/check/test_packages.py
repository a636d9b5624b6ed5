"""Values that come from another file of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from numsan.check.engine import findings_in
from numsan.check.neighbours import fingerprint

UTILS = """
import torch
import torch.nn.functional as F
EPS = 1e-8
def helper(x):
    return F.softmax(x, dim=-1)
def probs_of(x):
    return helper(x)
def nll(p, t):
    return -(t * torch.log(p)).mean()
def safe(p, t):
    return -(t * torch.log(p + EPS)).mean()
"""
MODEL = """
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 3)
        self.out = nn.Softmax(dim=1)
    def forward(self, x):
        return self.out(self.fc(x))
"""
HEAD = "import torch\nimport torch.nn.functional as F\n"
FOUND = [
    ("from model import Net\nnet = Net().cuda()\ny = F.cross_entropy(net(x), t)", "NS121"),
    ("from .model import Net\ndef f(x, t):\n    return F.cross_entropy(Net()(x), t)", "NS121"),
    ("from pkg import Net\nnet = Net()\ny = F.cross_entropy(net(x), t)", "NS121"),
    ("from .utils import probs_of as p\ny = torch.log(p(x))", "NS102"),
    ("from . import utils\ny = torch.log(utils.probs_of(x))", "NS102"),
    ("import utils as u\ny = torch.log(u.probs_of(x))", "NS102"),
    ("from .utils import nll\ny = nll(torch.softmax(x, 1), t)", "NS102"),
]
SILENT = [
    "from .utils import safe\ny = safe(torch.softmax(x, 1), t)",
    "from .utils import nll\ny = nll(q, t)",
    "from .missing import nll\ny = nll(torch.softmax(x, 1), t)",
    "from torch import nn\nfrom .broken import f\ny = torch.log(f(x))",
]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "pkg"
    folder.mkdir()
    (folder / "__init__.py").write_text("from .model import Net\n")
    (folder / "utils.py").write_text(UTILS)
    (folder / "model.py").write_text(MODEL)
    (folder / "broken.py").write_text("def f(x):\n    return torch.softmax(x, 1\n")
    return folder


def codes(folder: Path, body: str) -> set[str]:
    file = folder / "train.py"
    file.write_text(HEAD + body)
    return {f.code for f in findings_in(file.read_text(), str(file))}


@pytest.mark.parametrize(("body", "code"), FOUND)
def test_what_another_file_returns_is_known(package: Path, body: str, code: str) -> None:
    assert code in codes(package, body)


@pytest.mark.parametrize("body", SILENT)
def test_a_guard_there_and_a_file_that_is_not_there_say_nothing(package: Path, body: str) -> None:
    assert codes(package, body) == set()


def test_a_finding_stands_where_the_call_is(package: Path) -> None:
    file = package / "train.py"
    file.write_text(HEAD + FOUND[-1][0])
    (found,) = findings_in(file.read_text(), str(file))
    assert (found.line, Path(found.file).name) == (4, "train.py")
    assert found.fix is not None and found.fix.diff is None


def test_the_cache_notices_a_change_of_the_other_file(package: Path) -> None:
    content, path = (HEAD + FOUND[-1][0]).encode(), str(package / "train.py")
    before = fingerprint(content, path)
    assert before and before == fingerprint(content, path)
    (package / "utils.py").write_text(UTILS.replace("1e-8", "1e-30"))
    assert fingerprint(content, path) != before
