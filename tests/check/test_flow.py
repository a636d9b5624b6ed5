"""How far a value is followed: through variables, containers, objects, helpers, comprehensions."""

from __future__ import annotations

import pytest

from numsan.check.engine import findings_in

HEAD = """
import torch
from functools import partial
from torch import nn
import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, x):
        return torch.softmax(self.fc(x), 1)
def both(x):
    return torch.softmax(x, 1), 3
def keyed(x):
    return {"p": torch.softmax(x, 1), "n": 3}
def early(x, flag):
    if flag is None:
        return x
    return torch.softmax(x, 1)
def nll(p, t, mean):
    loss = -(t * torch.log(p))
    if mean:
        return loss.mean()
    return loss
"""
BODIES = {
    "an object of a class": "net = Net().cuda()\ny = torch.log(net(x))",
    "wrapped": "net = nn.DataParallel(Net())\ny = torch.log(net(x))",
    "its method": "net = Net()\ny = torch.log(net.forward(x))",
    "an annotated parameter": "def f(net: Net, x):\n    return torch.log(net(x))",
    "a dict": 'out = {"p": torch.softmax(x, 1), "n": 3}\ny = torch.log(out["p"])',
    "a key": "out = {}\nout['p'] = torch.softmax(x, 1)\nout['q'] = 1\ny = out[\"p\"].log()",
    "a returned tuple": "p, n = both(x)\ny = torch.log(p)",
    "an element of it": "out = both(x)\ny = torch.log(out[0])",
    "a returned dict": 'out = keyed(x)\ny = torch.log(out["p"])',
    "one of two returns": "y = torch.log(early(x, 1))",
    "a helper with two returns": "y = nll(torch.softmax(x, 1), t, True)",
    "a lambda": "f = lambda a: torch.softmax(a, 1)\ny = torch.log(f(x))",
    "a partial": "f = partial(F.softmax, dim=1)\ny = torch.log(f(x))",
    "a comprehension": "y = sum(torch.log(torch.softmax(x, 1)).mean() for x in xs)",
    "a list and zip": "ps = [torch.softmax(x, 1) for x in xs]\n"
    "y = sum((t * torch.log(p)).sum() for p, t in zip(ps, ts))",
    "a list that grows": "ps = []\nfor x in xs:\n    ps.append(torch.softmax(x, 1))\ny = torch.stack(ps).log()",
    "a function as attribute": "class M:\n    def __init__(self):\n        self.act = torch.sigmoid\n"
    "    def f(self, x):\n        return torch.log(self.act(x))",
    "an attribute set in a method": "class M:\n    def a(self, x):\n        self.r = torch.softmax(x, 1)\n"
    "    def f(self):\n        return torch.log(self.r)",
    "a method of the base": "class B:\n    def r(self, x):\n        return torch.softmax(x, 1)\n"
    "class M(B):\n    def f(self, x):\n        return torch.log(self.r(x))",
    "layers in a list": "layers = [nn.Linear(2, 2)]\nlayers.append(nn.Softmax(1))\n"
    "net = nn.Sequential(*layers)\ny = torch.log(net(x))",
    "a module as default": "def f(x, act=nn.Sigmoid()):\n    return torch.log(act(x))",
    "a choice": "p = torch.softmax(x, 1) if c else q\ny = torch.log(p)",
    "ones": "ones = torch.ones_like(x)\ny = torch.log(ones - torch.sigmoid(x))",
}
SILENT = {
    "a shadowed name": "p = torch.softmax(x, 1)\nys = [torch.log(p) for p in qs]",
    "a guard in the helper's caller": "y = nll(torch.softmax(x, 1) + 1e-6, t, True)",
    "another key": 'out = {"p": torch.softmax(x, 1), "q": x}\ny = torch.log(out["q"])',
    "a changed key": 'out = {"p": torch.softmax(x, 1)}\nout["p"] = z\ny = torch.log(out["p"])',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_value_is_followed(body: str) -> None:
    assert {"NS102", "NS103"} & {f.code for f in findings_in(HEAD + body, "x.py")}


@pytest.mark.parametrize("body", SILENT.values(), ids=SILENT)
def test_no_other_value_is_taken_for_it(body: str) -> None:
    assert not {"NS102", "NS103", "NS302", "NS303"} & {f.code for f in findings_in(HEAD + body, "x.py")}
