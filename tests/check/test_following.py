"""What a longer program hides: records, buffers, registered values, other libraries' names, tests of form."""

from __future__ import annotations

import pytest

from numsan.check.engine import findings_in

HEAD = """
import math
from collections import namedtuple
from dataclasses import dataclass
import numpy as np
import tensorflow as tf
import torch
from torch import nn
Out = namedtuple("Out", ["probs", "value"])
@dataclass
class Pair:
    probs: torch.Tensor
    n: int
"""
BODIES = {
    "a named tuple": ("out = Out(probs=torch.softmax(x, 1), value=v)\ny = torch.log(out.probs)", "NS102"),
    "its parts": ("p, v = Out(torch.softmax(x, 1), v)\ny = torch.log(p)", "NS102"),
    "a dataclass": ("out = Pair(torch.softmax(x, 1), 3)\ny = torch.log(out.probs)", "NS102"),
    "given to a function": (
        "def nll(out, t):\n    return -(t * torch.log(out.probs)).sum()\n"
        "y = nll(Out(torch.softmax(x, 1), v), t)",
        "NS102",
    ),
    "a registered buffer": (
        "class M(nn.Module):\n    def __init__(self, w):\n        super().__init__()\n"
        '        self.register_buffer("w", torch.softmax(w, 0))\n'
        "    def forward(self, x):\n        return torch.log(self.w)",
        "NS102",
    ),
    "a module that is added": (
        "class M(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        '        self.add_module("act", nn.Softmax(1))\n'
        "    def forward(self, x):\n        return torch.log(self.act(x))",
        "NS102",
    ),
    "a buffer filled in parts": (
        "z = np.zeros((3, 4))\nfor i in range(3):\n    z[i, 0] = np.sum(x[i] ** 2)\ny = np.log(z)",
        "NS301",
    ),
    "counts by label": ("n = np.zeros(9)\nn[labels] = counts\ny = total / n", "NS302"),
    "sums that are scattered": (
        "deg = torch.zeros(9)\ndeg.scatter_add_(0, row, w)\ny = deg.pow(-0.5)",
        "NS310",
    ),
    "a cast of TensorFlow": ("n = tf.reduce_sum(tf.cast(tf.greater(m, 0), tf.float32))\ny = s / n", "NS302"),
    "the range of numpy": ("y = (x - x.min()) / np.ptp(x)", "NS302"),
    "an einsum of one operand": ('y = torch.sqrt(torch.einsum("ij,ij->i", x, x))', "NS402"),
    "a stacked minimum": (
        "k = 5 * torch.ones_like(snr)\ny = torch.stack([snr, k], dim=1).min(dim=1)[0] / snr",
        "NS314",
    ),
    "a test of the format": (
        "def f(x):\n    if x.dtype == torch.float32 and len(x.shape) > 1:\n        x = x * 2\n"
        "    return torch.sqrt(torch.relu(x).sum(1).clamp(min=0))",
        "NS401",
    ),
    "a function of several lines": (
        "def score(p, q):\n    a = (p * q).sum()\n    b = (p + q).sum()\n"
        "    return [a, b]\ny = score(p.half(), q.half())",
        "NS110",
    ),
    "a method that a subclass fills in": (
        "class Base:\n    def limits(self, v):\n        raise NotImplementedError\n"
        "    def scale(self, v):\n        low, high = self.limits(v)\n        return v / (high - low)\n"
        "class MinMax(Base):\n    def limits(self, v):\n        return np.min(v), np.max(v)",
        "NS302",
    ),
    "a mask that is written into scores": (
        "def f(scores, mask):\n    scores[mask == 0] = float('-inf')\n    return torch.softmax(scores, -1)",
        "NS306",
    ),
    "a mask that a method writes into weights": (
        "class Att(nn.Module):\n    def hide(self, att, mask):\n        att[~mask] = -torch.inf\n"
        "        return att\n    def forward(self, att, v, mask):\n"
        "        att = self.hide(torch.softmax(att, -1), mask)\n        return torch.bmm(att, v)",
        "NS307",
    ),
    "a closure": (
        "def fit(g, x, flag):\n    n = (g > 0).sum()\n    def mean():\n        return x / n\n"
        "    return tf.cond(flag, mean, lambda: x)",
        "NS302",
    ),
    "a parameter named after a class": (
        "class Posterior:\n    def variance(self, v):\n        return 1.0 - torch.sum(v * v, 0)\n"
        "def spread(posterior, v):\n    return torch.sqrt(posterior.variance(v))",
        "NS401",
    ),
    "a test of the number of components": (
        "def angle(a, b):\n    if len(a) != 3:\n"
        "        return np.arccos(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)))\n    return 0.0",
        "NS321",
    ),
    "what is assigned to a variable": (
        "def step(v, grad, m):\n    v_t = v.assign(0.9 * v + 0.1 * tf.square(grad))\n"
        "    return m / tf.sqrt(v_t)",
        "NS302",
    ),
    "an exact forecast of 0": ("y = np.abs(a - b) / ((np.abs(a) + np.abs(b)) / 2)", "NS302"),
    "a first weight of 0": ("total_weight = s['weight_sum'] + w\ny = w / total_weight", "NS302"),
    "points that coincide": ("scale = 1.0 / pos.abs().max()", "NS302"),
    "a warm-up of one step": ("y = 1.0 / math.log(warmup_num_steps)", "NS302"),
    "an error of math": ("def evaluate(a, b):\n    return -10 * math.log10(((a - b) ** 2).mean())", "NS301"),
}
SILENT = {
    "a field that is bounded": "class Enc(nn.Module):\n    def forward(self, x):\n        v = self.net(x)\n"
    "        return Out(probs=v, value=v.clamp(-9, 9))\n"
    "def kl(out):\n    return out.value.exp()\ny = kl(Out(probs=x, value=logvar.clamp(-9, 9)))",
    "sums at the places that were hit": "s = torch.zeros(9).scatter_add(0, idx, e)\ny = e / s[idx]",
    "a count of one class": "n = np.zeros(3)\nfor k in range(3):\n    n[k] = np.sum(y == k)\nw = 1 / n",
    "those above zero": "p = p[p > 0]\ny = -(p * np.log(p)).sum()",
    "a mask of lengths": "att[torch.arange(9)[None, :] >= n[:, None]] = float('-inf')\n"
    "y = torch.softmax(att, -1)",
    "a mask that is finite": "att[~mask] = 0.0\ny = torch.bmm(torch.softmax(att, -1), v)",
    "Python's numbers": "y = 0.5 * (1 - math.cos(math.pi * t))",
    "a parameter of a closure": "n = (g > 0).sum()\ndef fit(g, x):\n    n = (g > 0).sum()\n"
    "    def mean(n):\n        return x / n\n    return mean(3)",
    "an average with an epsilon": "v = 0.9 * v + 0.1 * grad**2\ny = m / (torch.sqrt(v) + 1e-8)",
    "missing values that are filled": "e = np.abs(a - b) / (np.abs(a) + np.abs(b))\ne = e.fillna(0)",
    "relative to the sizes, and more": "y = np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-8)",
    "a test of an alias": "top = np.max(x)\nif top >= 1:\n    s = top\n    y = x / s",
}


@pytest.mark.parametrize(("body", "code"), BODIES.values(), ids=BODIES)
def test_the_value_is_followed(body: str, code: str) -> None:
    assert code in {f.code for f in findings_in(HEAD + body, "x.py")}


@pytest.mark.parametrize("body", SILENT.values(), ids=SILENT)
def test_what_is_safe_stays_unsaid(body: str) -> None:
    codes = {"NS106", "NS107", "NS205", "NS301", "NS302", "NS306", "NS307"}
    assert not codes & {f.code for f in findings_in(HEAD + body, "x.py")}
