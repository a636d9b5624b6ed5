"""Edits that are offered for a finding: the right ones are among them, each parses, and none is offered twice."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
import torch

from numsan.core.finding import Confidence, Finding, Kind, Link, Operand
from numsan.repair.candidates import Candidate, Hints, candidates

HEAD = "import math\nimport numpy as np\nimport torch\nimport torch.nn.functional as F\n\n"


def found_at(
    text: str, expression: str, code: str = "NS391", kind: Kind = "domain", dtype: str = "float32"
) -> Finding:
    """A finding that blames the only occurrence of an expression."""
    assert text.count(expression) == 1, text
    before = text[: text.index(expression)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n") - 1
    confidence: Confidence = "likely"
    step = next((n for n, row in enumerate(text.splitlines(), 1) if ".step()" in row), 1)
    return Finding(
        code=code, name="x", kind=kind, severity="error", confidence=confidence, title="", cause="", file="f.py",
        line=line, end_line=line, column=column, end_column=column + len(expression),
        operands=(Operand(name="a", shape=(2,), dtype=dtype, min=0.0, max=1.0),),
        chain=(Link(file="f.py", line=step, op="symptom", says=""),),
    )  # fmt: skip


def offered(text: str, finding: Finding, hints: Hints | None = None) -> list[Candidate]:
    read: Callable[[str], str | None] = {"f.py": text}.get
    return list(candidates(finding, read, hints))


@pytest.mark.parametrize(
    ("body", "blamed", "repaired"),
    [
        ("y = torch.log(p)", "torch.log(p)", "y = torch.log(torch.clamp(p, min=1e-12))"),
        ("y = p.log().mean()", "p.log()", "y = torch.clamp(p, min=1e-12).log().mean()"),
        ("y = np.log(p)", "np.log(p)", "y = np.log(np.clip(p, 1e-12, None))"),
        ("y = math.log(p)", "math.log(p)", "y = math.log(max(p, 1e-12))"),
        ("y = a / b.sum()", "a / b.sum()", "y = a / torch.clamp(b.sum(), min=1e-12)"),
        ("y = torch.exp(x - m)", "torch.exp(x - m)", "y = torch.exp(torch.clamp(x - m, max=20.0))"),
        ("y = torch.acos(c)", "torch.acos(c)", "y = torch.acos(torch.clamp(c, min=-1 + 1e-6, max=1 - 1e-6))"),
        ("y = v ** 0.3", "v ** 0.3", "y = torch.clamp(v, min=1e-12) ** 0.3"),
        ("y = att(h, h, h, key_padding_mask=pad)", "att(h, h, h, key_padding_mask=pad)",
         "y = att(h, h, h, key_padding_mask=pad & ~pad.all(dim=-1, keepdim=True))"),
        ("y = F.scaled_dot_product_attention(q, k, v, attn_mask=m)",
         "F.scaled_dot_product_attention(q, k, v, attn_mask=m)",
         "y = F.scaled_dot_product_attention(q, k, v, attn_mask=m | ~m.any(dim=-1, keepdim=True))"),
        ("y = x.std()", "x.std()", "y = x.std(correction=0)"),
        ("y = t[i].mean(dim=0)", "t[i].mean(dim=0)", "y = (t[i].sum(0) / max(t[i].shape[0], 1))"),
        ("y = torch.linalg.cholesky(K)", "torch.linalg.cholesky(K)",
         "y = torch.linalg.cholesky(K + 1e-6 * torch.eye(K.shape[-1], dtype=K.dtype, device=K.device))"),
        ("y = torch.where(m, a, b / x)", "b / x",
         "y = torch.where(m, a, torch.where(m, torch.ones_like(b), b) / torch.where(m, torch.ones_like(x), x))"),
        ('s = s.masked_fill(m, float("-inf"))\ny = F.softmax(s, -1)', "F.softmax(s, -1)",
         "s = s.masked_fill(m, -30000)\ny = F.softmax(s, -1)"),
    ],
)  # fmt: skip
def test_an_expression_is_guarded(body: str, blamed: str, repaired: str) -> None:
    texts = [c.text for c in offered(HEAD + body + "\n", found_at(HEAD + body + "\n", blamed))]
    assert HEAD + repaired + "\n" in texts
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(
    ("body", "blamed", "repaired"),
    [
        ("y = prob.sum(dim=1)", "prob.sum(dim=1)", "y = prob.float().sum(dim=1)"),
        ("y = torch.matmul(q, k) / s", "torch.matmul(q, k)", "y = torch.matmul((q / s), k)"),
        ("y = q @ k / math.sqrt(d)", "q @ k", "y = (q / math.sqrt(d)) @ k"),
        ("s = s + m * torch.finfo(torch.float32).min", "s + m * torch.finfo(torch.float32).min",
         "s = s + m * -30000"),
    ],
)  # fmt: skip
def test_a_narrow_format_is_widened(body: str, blamed: str, repaired: str) -> None:
    finding = found_at(HEAD + body + "\n", blamed, "NS190", "overflow", "float16")
    assert HEAD + repaired + "\n" in [c.text for c in offered(HEAD + body + "\n", finding)]


LOOP = """import torch

opt = torch.optim.SGD(model.parameters(), lr=0.5)
for x in data:
    loss = model(x)
    loss.backward()
    opt.step()  # here
"""


@pytest.mark.parametrize(
    ("code", "blamed", "expected"),
    [
        ("NS501", "torch.optim.SGD(model.parameters(), lr=0.5)",
         "    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n    opt.step()  # here\n"),
        ("NS501", "torch.optim.SGD(model.parameters(), lr=0.5)", "lr=0.05)"),
        ("NS581", "opt.step()", "    opt.step()  # here\n    opt.zero_grad()\n"),
        ("NS583", "torch.optim.SGD(model.parameters(), lr=0.5)", "lr=0.5, eps=1e-6)"),
    ],
)  # fmt: skip
def test_training_is_repaired(code: str, blamed: str, expected: str) -> None:
    assert any(expected in c.text for c in offered(LOOP, found_at(LOOP, blamed, code, "explosion")))


def test_a_sign_is_turned_and_parentheses_stay() -> None:
    text = HEAD + "y = fit + (beta * kl - rest)\n"
    texts = [c.text for c in offered(text, found_at(text, "fit + (beta * kl - rest)", "NS584", "explosion"))]
    assert HEAD + "y = fit - (beta * kl - rest)\n" in texts
    assert HEAD + "y = fit + (beta * kl + rest)\n" in texts


FUNCTION = """class Norm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x / x.norm()

    @staticmethod
    def backward(ctx, g):
        return g * 2

y = Norm.apply(x)
"""


def test_a_wrong_backward_is_left_to_autograd() -> None:
    text = HEAD + FUNCTION
    (only,) = offered(text, found_at(text, "g * 2", "NS490", "explosion"))
    space: dict[str, object] = {}
    exec(only.text.replace("y = ", "x = torch.tensor([3.0, 4.0], requires_grad=True)\ny = "), space)
    x, y = space["x"], space["y"]
    assert isinstance(x, torch.Tensor) and isinstance(y, torch.Tensor)
    (got,) = torch.autograd.grad(y[0], x, retain_graph=True)
    assert torch.allclose(got, torch.autograd.grad((x / x.norm())[0], x)[0])


def test_a_bypassed_scaler_is_used() -> None:
    text = "scaler.scale(loss).backward()\nself.opt.step()\n"
    finding = found_at(text, "self.opt.step()", "NS601", "loss-scale")
    assert "scaler.scale(loss).backward()\nscaler.step(self.opt)\n" in [
        c.text for c in offered(text, finding)
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("table = np.array(rows)", "table = np.array(rows)\ntable = table[np.isfinite(table).all(axis=1)]"),
        ("table = np.array(rows)", "table = np.nan_to_num(table, nan=0.0, posinf=0.0, neginf=0.0)"),
        ("table[3, 1] = rows", "table = np.nan_to_num(table, nan=0.0, posinf=0.0, neginf=0.0)"),
        ("table.rows += rows", "table.rows = torch.nan_to_num(table.rows, nan=0.0, posinf=0.0, neginf=0.0)"),
        ("table.div_(rows)", "table = torch.nan_to_num(table, nan=0.0, posinf=0.0, neginf=0.0)"),
        ("np.copyto(table, rows)", "table = table[np.isfinite(table).all(axis=1)]"),
        ("rate = clicks / shown", "rate = clicks / np.where(shown == 0, 1, shown)"),
        ("price = np.log(price)", "price = np.log(np.maximum(price, 1e-12))"),
    ],
)
def test_data_is_cleaned_where_it_is_made(body: str, expected: str) -> None:
    finding = found_at(HEAD + body + "\n", body, "NS702", "data")
    assert any(expected in c.text for c in offered(HEAD + body + "\n", finding))


@pytest.mark.parametrize(
    "body", ["if p: y = torch.log(p)", "é = torch.log(p); z = é", "y = (torch\n     .log(p))"]
)
def test_whatever_is_offered_parses(body: str) -> None:
    text = HEAD + body + "\n"
    finding = found_at(text, "log(p)")
    for candidate in offered(text, finding):
        ast.parse(candidate.text)
        assert candidate.file == "f.py" and candidate.text != text


def test_a_file_that_is_gone_offers_nothing() -> None:
    finding = found_at(HEAD + "y = torch.log(p)\n", "torch.log(p)")
    assert list(candidates(finding, lambda _: None)) == []
    assert list(candidates(finding, lambda _: "def f(:\n")) == []


def test_autocast_in_a_wider_format() -> None:
    text = HEAD + 'with torch.autocast("cpu", dtype=torch.float16):\n    y = net(x * x)\nopt.step()\n'
    found = offered(text, found_at(text, "x * x", "NS111", "overflow", "float16"))
    assert any('torch.autocast("cpu", dtype=torch.bfloat16)' in c.text for c in found)
    assert not any("bfloat16" in c.text for c in offered(text, found_at(text, "x * x", "NS111", "overflow")))


def test_a_variance_that_rounding_makes_negative() -> None:
    body = "opt = torch.optim.RMSprop(net.parameters(), lr=1e-4, centered=True)\n"
    found = offered(HEAD + body, found_at(HEAD + body, body.strip()[6:], "NS583"))
    assert "centered=False)" in found[0].text
