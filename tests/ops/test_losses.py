"""Losses: edges where torch fails, agreement with torch elsewhere, derivatives, formats, refusals."""

from __future__ import annotations

import math

import mpmath as mp
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as F

from numsan import ops

INF = math.inf
mp.mp.dps = 60
LABELS = torch.tensor([2, 0, 4])


def data(seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(3, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def probs(x: Tensor) -> Tensor:
    return torch.sigmoid(x) * 0.9 + 0.05


def grad(f, x: list) -> list:
    leaf = torch.tensor(x, requires_grad=True)
    return torch.autograd.grad(f(leaf).sum(), leaf)[0].tolist()


HARD = (data(1) > 0).to(torch.float64)
SOFT = torch.softmax(data(2), 1)
ONE = {
    "cross_entropy": lambda x: ops.cross_entropy(x, LABELS, label_smoothing=0.1, z_loss=1e-2, softcap=9.0),
    "cross_entropy_soft": lambda x: ops.cross_entropy(x, SOFT.to(x), label_smoothing=0.1),
    "linear_cross_entropy": lambda x: ops.linear_cross_entropy(
        x, data(3).to(x), LABELS.clamp(max=2), chunk=None
    ),
    "entropy": ops.entropy,
    "entropy_from_probs": lambda x: ops.entropy_from_probs(probs(x)),
    "kl_div": lambda x: ops.kl_div(torch.log_softmax(x, 1), SOFT.to(x)),
    "categorical_kl": lambda x: ops.categorical_kl(x, x.sin()),
    "info_nce": lambda x: ops.info_nce(x, x.roll(1, 0).cos(), 0.5),
    "bce_with_logits": lambda x: ops.bce_with_logits(x, HARD.to(x)),
    "bce_with_logits_soft": lambda x: ops.bce_with_logits(x, probs(x).square(), pos_weight=2.0),
    "bce_from_probs": lambda x: ops.bce_from_probs(probs(x), HARD.to(x)),
    "bce_from_log_probs": lambda x: ops.bce_from_log_probs(probs(x).log(), HARD.to(x)),
    "focal_loss": lambda x: ops.focal_loss(x, HARD.to(x), gamma=1.5, alpha=0.25),
    "soft_margin_loss": lambda x: ops.soft_margin_loss(x, 2 * HARD.to(x) - 1),
    "dice_loss": lambda x: ops.dice_loss(probs(x), HARD.to(x), 1),
    "iou_loss": lambda x: ops.iou_loss(probs(x), HARD.to(x)),
    "gan_loss": lambda x: ops.gan_loss(x, True) + ops.gan_loss(x, False),
    "least_squares_gan_loss": lambda x: ops.least_squares_gan_loss(x, True),
    "mse_loss": lambda x: ops.mse_loss(x, HARD.to(x)),
    "huber_loss": lambda x: ops.huber_loss(x, HARD.to(x), delta=0.7),
    "log_cosh_loss": lambda x: ops.log_cosh_loss(x, HARD.to(x)),
    "gaussian_nll": lambda x: ops.gaussian_nll(x, HARD.to(x), x.sin()),
    "vae_kl": lambda x: ops.vae_kl(x.sin(), x),
    "ppo_loss": lambda x: ops.ppo_loss(x, x.detach() * 0 - 0.1, HARD.to(x) - 0.5, clip=0.3),
    "grpo_kl": lambda x: ops.grpo_kl(x, HARD.to(x)),
}


@pytest.mark.parametrize("name", ONE)
def test_derivatives_float32_loss_and_refusal(name: str) -> None:
    f, x = ONE[name], (data() * 0.9).requires_grad_()
    assert gradcheck(f, x)
    assert gradgradcheck(f, x)
    for dtype in (torch.bfloat16, torch.float16):
        half = x.detach().to(dtype)
        assert f(half).dtype in (torch.float32, dtype)
        assert torch.allclose(f(half).double(), f(half.double()), rtol=0.05, atol=0.02)
    single = x.detach().float()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(f(single), f(single))
        under = f(single)
    if name not in ("categorical_kl", "info_nce"):
        assert torch.allclose(under, f(single), rtol=1e-5)


@pytest.mark.parametrize(
    "name", ["bce_with_logits", "soft_margin_loss", "mse_loss", "focal_loss", "dice_loss", "kl_div"]
)
def test_integers_are_refused(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} needs float64"):
        getattr(ops, name)(torch.ones(2, dtype=torch.int64), torch.ones(2))


def test_cross_entropy_where_torch_fails() -> None:
    z = torch.tensor([[0.0, -INF, 1.0]])
    assert ops.cross_entropy(z, torch.tensor([[1.0, 0.0, 0.0]])).item() == pytest.approx(1.31326169)
    assert math.isfinite(ops.cross_entropy(z, torch.tensor([0]), label_smoothing=0.1).item())
    leaf = torch.zeros(2, 3, requires_grad=True)
    nothing = ops.cross_entropy(leaf, torch.tensor([-100, -100]))
    assert nothing.item() == 0 and torch.autograd.grad(nothing, leaf)[0].abs().max() == 0
    half = (torch.randn(16, 500, generator=torch.Generator().manual_seed(0)) * 3).bfloat16().requires_grad_()
    loss = ops.cross_entropy(half, torch.arange(16))
    exact = F.cross_entropy(half.detach().double().requires_grad_(), torch.arange(16))
    assert loss.dtype == torch.float32 and loss.item() == pytest.approx(exact.item(), rel=1e-6)
    (got,) = torch.autograd.grad(loss, half)
    leaf64 = half.detach().double().requires_grad_()
    (want,) = torch.autograd.grad(F.cross_entropy(leaf64, torch.arange(16)), leaf64)
    assert ((got.double() - want) / want).abs().max() < 0.004


@pytest.mark.parametrize(
    "kwargs", [{}, {"label_smoothing": 0.2}, {"reduction": "sum"}, {"reduction": "none"}, {"ignore_index": 0}]
)
def test_cross_entropy_agrees_with_torch(kwargs: dict) -> None:
    x = data()
    assert torch.allclose(ops.cross_entropy(x, LABELS, **kwargs), F.cross_entropy(x, LABELS, **kwargs))
    images = data(4).reshape(1, 5, 3)
    maps = torch.tensor([[0, 4, 0]])
    assert torch.allclose(ops.cross_entropy(images, maps, **kwargs), F.cross_entropy(images, maps, **kwargs))
    w = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0], dtype=torch.float64)
    if "label_smoothing" not in kwargs:
        assert torch.allclose(
            ops.cross_entropy(x, LABELS, w, **kwargs), F.cross_entropy(x, LABELS, w, **kwargs)
        )


@pytest.mark.parametrize("kwargs", [{"chunk": 7}, {"chunk": 100}, {"tile": (4, 9)}, {"tile": (50, 50)}])
@pytest.mark.parametrize(
    "extra", [{}, {"label_smoothing": 0.1}, {"z_loss": 0.01}, {"softcap": 2.0}, {"reduction": "sum"}]
)
def test_linear_cross_entropy_equals_the_plain_form(kwargs: dict, extra: dict) -> None:
    g = torch.Generator().manual_seed(0)
    base = [torch.randn(20, 8, generator=g), torch.randn(30, 8, generator=g), torch.randn(30, generator=g)]
    base[2][3] = -INF
    target = torch.randint(4, 30, (20,), generator=g)
    target[5] = -100
    results = []
    for form in ({"chunk": None}, kwargs):
        x, w, b = (t.clone().requires_grad_() for t in base)
        loss = ops.linear_cross_entropy(x, w, target, b, **form, **extra)
        results.append([loss, *torch.autograd.grad(2 * loss, (x, w, b))])
    for want, got in zip(*results, strict=True):
        assert torch.allclose(want.nan_to_num(), got.nan_to_num(), rtol=2e-5, atol=1e-6)


def test_linear_cross_entropy_limits_are_said() -> None:
    x, w = torch.randn(4, 3, requires_grad=True), torch.randn(5, 3, requires_grad=True)
    t = torch.tensor([0, 1, 2, 3])
    loss = ops.linear_cross_entropy(x, w, t)
    loss.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="chunk=None"):
        loss.backward()
    with pytest.raises(RuntimeError, match="one derivative"):
        torch.autograd.grad(ops.linear_cross_entropy(x, w, t, tile=(2, 2)), x, create_graph=True)
    with pytest.raises(IndexError, match=r"outside 0\.\.4"):
        ops.linear_cross_entropy(x, w, t + 3)
    with pytest.raises(ValueError, match="needs x"):
        ops.linear_cross_entropy(x, w, t[:2])
    none = ops.linear_cross_entropy(x, w, t, reduction="none")
    assert torch.allclose(none, F.cross_entropy(x @ w.T, t, reduction="none"), rtol=1e-5)
    assert ops.linear_cross_entropy(x.bfloat16(), w.bfloat16(), t).dtype == torch.float32


@settings(deadline=None, max_examples=60)
@given(st.floats(-300, 300, width=32), st.sampled_from([0.0, 0.25, 1.0]))
def test_bce_against_mpmath(x: float, y: float) -> None:
    v, t = mp.mpf(x), mp.mpf(y)
    exact = t * mp.log1p(mp.exp(-v)) + (1 - t) * mp.log1p(mp.exp(v))
    got = ops.bce_with_logits(torch.tensor([x]), torch.tensor([y])).item()
    assert math.isclose(got, float(exact), rel_tol=3e-7, abs_tol=1e-44)
    slope = grad(lambda z: ops.bce_with_logits(z, torch.tensor([y])), [x])[0]
    sigma = 1 / (1 + mp.exp(-v))
    assert math.isclose(slope, float(sigma - t), rel_tol=1e-6, abs_tol=1e-7 if y == 0.25 else 1e-44)


def test_binary_edges() -> None:
    one, zero = torch.tensor([1.0]), torch.tensor([0.0])
    assert ops.bce_with_logits(torch.tensor([INF]), one).item() == 0
    assert grad(lambda x: ops.bce_with_logits(x, one), [20.0])[0] == pytest.approx(-2.0611536e-9)
    assert ops.bce_from_probs(zero, one).item() == INF and ops.bce_from_probs(one, one).item() == 0
    assert grad(lambda p: ops.bce_from_probs(p, one), [0.0]) == [-INF]
    assert grad(lambda p: ops.bce_from_probs(p, zero), [0.0]) == [1.0]
    assert grad(lambda x: ops.bce_from_log_probs(ops.log_sigmoid(x), one), [-50.0]) == [-1.0]
    assert ops.bce_from_log_probs(torch.tensor([-INF]), zero).item() == 0
    assert grad(lambda x: ops.soft_margin_loss(x, -one), [100.0]) == [1.0]
    assert grad(lambda x: ops.focal_loss(x, one, gamma=0.5), [200.0]) == [0.0]
    assert all(math.isfinite(v) for v in grad(lambda p: ops.dice_loss(p, torch.zeros(3)), [0.0, 0.0, 0.0]))
    assert ops.iou_loss(torch.zeros(3), torch.zeros(3)).item() == 0


def test_entropy_and_divergence_with_zeros() -> None:
    z = [0.0, -INF, 1.0]
    assert ops.entropy(torch.tensor(z)).item() == pytest.approx(0.582203109)
    assert all(math.isfinite(v) for v in grad(ops.entropy, z))
    assert ops.entropy(torch.zeros(2, 4)).tolist() == pytest.approx([math.log(4)] * 2)
    assert ops.kl_div(torch.tensor([-INF, 0.0]), torch.tensor([0.0, 1.0]), reduction="sum").item() == 0
    assert (
        ops.kl_div(
            torch.tensor([-1.0, 0.0]), torch.tensor([-INF, 0.0]), log_target=True, reduction="sum"
        ).item()
        == 0
    )
    assert grad(lambda p: ops.kl_div(torch.tensor([-1.0, 0.0]), p, reduction="sum"), [0.0, 1.0]) == [0.0, 1.0]
    assert max(map(abs, grad(lambda x: ops.categorical_kl(x, torch.tensor(z)), z))) < 1e-7
    x = data()
    assert torch.allclose(
        ops.kl_div(torch.log_softmax(x, 1), SOFT), F.kl_div(torch.log_softmax(x, 1), SOFT, reduction="mean")
    )


def test_policy_and_latent_losses() -> None:
    far = torch.tensor([200.0])
    assert ops.ppo_loss(far, torch.zeros(1), torch.ones(1)).item() == pytest.approx(-1.2)
    assert math.isfinite(ops.ppo_loss(far, torch.zeros(1), -torch.ones(1)).item())
    assert ops.ppo_loss(far, torch.zeros(1), torch.zeros(1)).item() == 0
    assert ops.vae_kl(torch.zeros(1), torch.tensor([1e-6])).item() == pytest.approx(2.5e-13, rel=1e-5)
    for v in (-30.0, -0.4, 0.4, 30.0):
        exact = 0.5 * (mp.expm1(mp.mpf(v)) - mp.mpf(v))
        assert ops.vae_kl(torch.zeros(1), torch.tensor([v])).item() == pytest.approx(float(exact), rel=1e-6)
    assert ops.grpo_kl(torch.zeros(1), torch.tensor([1e-5])).item() == pytest.approx(5e-11, rel=1e-4)
    lv = torch.tensor([-200.0], requires_grad=True)
    assert ops.gaussian_nll(torch.zeros(1), torch.zeros(1), lv).item() == -100


def test_arguments_are_checked() -> None:
    x, y = torch.zeros(2, 3), torch.zeros(2, dtype=torch.int64)
    for call, message in (
        (lambda: ops.cross_entropy(x, y, label_smoothing=2.0), "label_smoothing=2"),
        (lambda: ops.cross_entropy(x, y, reduction="avg"), "reduction='avg'"),
        (lambda: ops.cross_entropy(x, torch.zeros(2)), "probabilities"),
        (lambda: ops.soft_cap(x, 0.0), "cap=0"),
        (lambda: ops.info_nce(x, x, 0.0), "temperature=0"),
        (lambda: ops.focal_loss(x, x, gamma=-1.0), "gamma=-1"),
        (lambda: ops.huber_loss(x, x, delta=0.0), "delta=0"),
        (lambda: ops.ppo_loss(x, x, x, clip=0.0), "clip=0"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
