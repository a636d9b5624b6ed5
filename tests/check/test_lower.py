"""Source to `Op`: names, argument order, def-use, and the safe direction of not knowing."""

from __future__ import annotations

import pytest

from numsan.check.diffs import unified
from numsan.check.engine import findings_in, ops_in
from numsan.check.repair import repaired
from numsan.check.source import Source
from numsan.core.op import Op


def last(text: str) -> str:
    """The outermost operation of the last statement, as a tree."""
    ops = list(ops_in(text))
    line = max(op.where.line for op in ops)
    return str(next(op for op in ops if op.where.line == line))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("import torch\ny = torch.log(torch.sum(torch.exp(x), -1))", "log(sum(exp(x), -1))"),
        ("import torch\ny = x.exp().sum(dim=-1).log()", "log(sum(exp(x), -1))"),
        ("from torch import exp as e\ny = e(x).sum(axis=-1, keepdims=False).log()", "log(sum(exp(x), -1))"),
        ("from torch.nn.functional import *\ny = softmax(x, dim=1)", "softmax(x, 1)"),
        ("import torch.nn.functional as F\ny = F.softmax(input=x, dim=1)", "softmax(x, 1)"),
        ("import torch\ny = torch.special.expit(x)", "sigmoid(x)"),
        ("import torch\ny = torch.linalg.vector_norm(x, ord=2, dim=1)", "norm(x, 2, 1)"),
        ("import torch\ny = x.norm(p='fro')", "norm(x)"),
        ("import torch\ny = x ** 0.5", "sqrt(x)"),
        ("import torch\ny = x.pow(-0.5)", "rsqrt(x)"),
        ("import torch\ny = torch.square(x)", "pow(x, 2)"),
        ("import torch\ny = x.reciprocal()", "div(1.0, x)"),
        ("import torch\ny = x.clamp_min(1e-6)", "clamp(x, 1e-06)"),
        ("import torch\ny = x.std(unbiased=False)", "std(x, None, 0)"),
        ("import torch\ny = x - x.max(dim=1, keepdim=True)[0]", "sub(x, amax(x, 1, True))"),
        ("import torch\ny = torch.where(x > 0, x, -float('inf'))", "where(gt(x, 0), x, -inf)"),
        ("import numpy as np\ny = np.log(np.clip(x, 1e-6, None))", "log(clamp(x, 1e-06))"),
        ("import jax.numpy as jnp\ny = jnp.log(x)", "log(x)"),
        ("import tensorflow as tf\ny = tf.math.log(tf.reduce_sum(x, axis=1))", "log(sum(x, 1))"),
        ("import torch\nx += 1e-6\ny = torch.log(x)", "log(add(x, 1e-06))"),
        ("import torch\nx.clamp_(min=1e-6)\ny = torch.log(x)", "log(clamp(x, 1e-06))"),
        ("import torch\nm, i = x.max(1)\ny = x - m", "sub(x, amax(x, 1))"),
    ],
)
def test_spellings_become_one_tree(text: str, tree: str) -> None:
    assert last(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "import torch\nif c:\n    p = torch.softmax(x, 1)\nelse:\n    p = q\ny = torch.log(p)",
        "import torch\np = torch.softmax(x, 1)\np[0] = 1\ny = torch.log(p)",
        "import torch\np = torch.softmax(x, 1)\nfor p in ps:\n    y = torch.log(p)",
    ],
)
def test_what_is_not_known_is_a_name(text: str) -> None:
    logs = [op for op in ops_in(text) if op.name == "log"]
    assert [str(op) for op in logs] == ["log(p)"]


@pytest.mark.parametrize(
    "text",
    [
        "p = torch.softmax(x, 1)\nfor i in r:\n    y = torch.log(p)\n    p = p + 1",
        "p = torch.softmax(x, 1)\nif mask is not None:\n    p = p * mask\ny = torch.log(p)",
        "def probs(x, dim):\n    return torch.softmax(x, dim)\ndef f(z):\n    return torch.log(probs(z, dim=1))",
        "class A:\n    def loss(self, z):\n        return torch.log(self.probs(z))\n"
        "    def probs(self, x):\n        p = torch.softmax(x, 1)\n        return p",
    ],
)
def test_values_come_through_loops_branches_and_functions(text: str) -> None:
    """They are good for a finding; a repair that moves them is not made."""
    (log,) = [op for op in ops_in("import torch\n" + text) if op.name == "log"]
    assert any(op.name == "softmax" for op in log.walk())
    assert repaired("import torch\n" + text, unsafe=True) == "import torch\n" + text


def test_modules_in_attributes_are_followed() -> None:
    text = (
        "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        self.out = nn.Softmax(dim=-1)\n    def forward(self, x):\n"
        "        return torch.log(self.out(x))\n"
    )
    (finding,) = findings_in(text)
    assert (finding.code, finding.function, finding.line) == ("NS102", "Net.forward", 7)
    assert "torch.log_softmax(x, -1)" in repaired(text)


def test_an_attribute_set_again_in_the_method_is_followed() -> None:
    text = (
        "import torch\nclass D:\n    def __init__(self, p):\n        self.logvar = torch.clamp(p, -30.0, 20.0)\n"
        "        self.std = torch.exp(0.5 * self.logvar)\n"
    )
    assert findings_in(text) == []


def test_the_input_of_a_sequences_last_layer_is_never_invented() -> None:
    text = (
        "import torch\nfrom torch import nn\nD = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())\n"
        "def loss(x):\n    return torch.log(1 - D(x))\n"
    )
    (finding,) = findings_in(text)
    assert finding.code == "NS103" and finding.fix is not None and finding.fix.diff is None
    assert repaired(text, unsafe=True) == text


def test_a_repair_never_moves_a_changed_name_or_a_call() -> None:
    changed = "import torch\nx = torch.softmax(x, 1)\ny = torch.log(x)\n"
    assert repaired(changed) == changed
    call = "import torch\np = torch.softmax(net(torch.randn(2)), 1)\ny = torch.log(p)\n"
    assert repaired(call) == call


def test_an_import_is_added_once_after_the_docstring() -> None:
    head = '"""Words."""\n\nfrom torch import log, softmax\n'
    text = f"{head}\ny = log(softmax(x, 1))\nz = log(softmax(x, 1))\n"
    after = repaired(text)
    assert after.startswith(f"{head}import torch\n")
    assert after.count("import torch\n") == 1 and after.count("torch.log_softmax(x, 1)") == 2


def test_sites_count_characters() -> None:
    text = "import torch\nπ = 1; ỹ = torch.log(torch.softmax(x, 1))  # é\n"
    (finding,) = findings_in(text, "f.py")
    assert text.splitlines()[1][finding.column : finding.end_column] == "torch.log(torch.softmax(x, 1))"


def test_lines_are_counted_as_the_parser_counts_them() -> None:
    text = "a = 1\x0c\nb = '\u2028'\r\nc = 2\n"
    source = Source(text, "f.py")
    assert [source.segment(node) for node in source.tree.body] == ["a = 1", "b = '\u2028'", "c = 2"]


def test_diffs_of_large_files_are_short_and_right() -> None:
    before = "".join(f"line {i}\n" for i in range(5000))
    diff = unified(before, before.replace("line 4000\n", "changed\n"), "f.py")
    assert "@@ -3998,7 +3998,7 @@" in diff and diff.count("\n") < 14


def test_shared_trees_do_not_explode() -> None:
    steps = "\n".join("    x = torch.exp(x) + torch.log(x) * x" for _ in range(60))
    text = f"import torch\ndef f(x):\n{steps}\n    return x\n"
    assert all(isinstance(op, Op) for op in ops_in(text))
    assert findings_in(text) is not None
