"""gradcheck finds planted errors, names the tensor, and stays quiet on right gradients, kinks and noise."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import numsan
from numsan import ops
from numsan.gradcheck import gradcheck


class WrongScale(torch.autograd.Function):
    factor = 1.01

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return WrongScale.factor * g * x.cos()


class Net(nn.Module):
    def __init__(self, wrong: bool) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(6, 5), nn.Linear(5, 3)
        self.drop = nn.Dropout(0.3)
        self.wrong = wrong

    def forward(self, x: Tensor) -> Tensor:
        h = self.drop(torch.tanh(self.a(x)))
        w = WrongScale.apply(self.b.weight) if self.wrong else self.b.weight.sin()
        return nn.functional.linear(h, w, self.b.bias)


X = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))


def test_a_right_network_passes_and_is_left_untouched() -> None:
    net = Net(wrong=False)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    report = gradcheck(lambda x: net(x), X, module=net, per_parameter=True)
    assert report.ok, str(report)
    assert len(report.together) == 3 and len(report.parameters) == 4
    assert max(s.error for s in report.parameters) < 1e-7
    assert all(torch.equal(before[k], v) and v.dtype == torch.float32 for k, v in net.state_dict().items())


@pytest.mark.parametrize("factor", [1.01, 1.0001, -1.0, 0.0])
def test_a_wrong_gradient_is_named(factor: float) -> None:
    WrongScale.factor = factor
    net = Net(wrong=True)
    report = gradcheck(lambda x: net(x), X, module=net)
    assert not report.ok
    assert [s.name for s in report.parameters if s.status == "wrong"] == ["b.weight"]
    assert "b.weight: wrong, autograd" in str(report)


def test_in_float32_a_large_error_is_found_and_none_is_invented() -> None:
    WrongScale.factor = 1.5
    good, bad = Net(wrong=False), Net(wrong=True)
    assert gradcheck(lambda x: good(x), X, module=good, dtype=torch.float32).ok
    assert not gradcheck(lambda x: bad(x), X, module=bad, dtype=torch.float32).ok


def test_kinks_are_recognised_not_reported_as_wrong() -> None:
    x = torch.zeros(3, requires_grad=True)
    for f in (torch.abs, torch.relu, lambda t: t.clamp(min=0)):
        report = gradcheck(f, x)
        assert report.ok and {s.status for s in report.together} == {"kink"}
    away = torch.tensor([-1.0, 2.0, 3.0], requires_grad=True)
    assert {s.status for s in gradcheck(torch.relu, away).together} == {"right"}


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_step_follows_the_scale(scale: float) -> None:
    x = (torch.linspace(0.5, 2, 7) * scale).requires_grad_()
    assert gradcheck(lambda t: (t / scale).log().sum() + (t / scale).pow(3).sum(), x).ok


def test_the_cost_does_not_grow_with_the_number_of_parameters() -> None:
    calls = 0
    net = nn.Sequential(*(nn.Linear(3, 3) for _ in range(30)))

    def f(x: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return net(x).tanh()

    assert gradcheck(f, X[:, :3], module=net, directions=2).ok
    assert calls == 2 + 2 * 9


def test_nan_gradients_are_wrong_and_our_forms_are_right() -> None:
    x = torch.tensor([0.0, 1.0], requires_grad=True)
    assert not numsan.gradcheck(lambda t: torch.where(t > 0, t.sqrt(), 0.0).sum() + t.sum(), x).ok
    z = torch.tensor([-3.0, 0.2, 5.0], requires_grad=True)
    assert gradcheck(lambda t: ops.log_cosh(t) + ops.log_ndtr(t) + ops.silu(t), z).ok


def test_bad_use_is_refused() -> None:
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(ValueError, match="no input requires grad"):
        gradcheck(torch.sin, torch.ones(2))
    with pytest.raises(ValueError, match="directions=0"):
        gradcheck(torch.sin, x, directions=0)
    counter = iter(range(100))
    with pytest.raises(ValueError, match="different values"):
        gradcheck(lambda t: t.sum() * next(counter), x)
