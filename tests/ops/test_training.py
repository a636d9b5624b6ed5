"""Clipping, low-precision updates, loss scaling, initialisation checks, checkpointing."""

from __future__ import annotations

import math
import warnings

import pytest
import torch
from torch import nn

from numsan import ops

INF, NAN = math.inf, math.nan


def parameter(values: list, grad: list, dtype: torch.dtype = torch.float32) -> nn.Parameter:
    p = nn.Parameter(torch.tensor(values, dtype=dtype))
    p.grad = torch.tensor(grad, dtype=dtype)
    return p


@pytest.mark.parametrize(
    ("dtype", "size"),
    [(torch.float16, 6e4), (torch.float32, 1e20), (torch.float64, 1e200), (torch.float32, 1e-30)],
)
def test_finite_gradients_are_always_clipped_to_the_norm(dtype: torch.dtype, size: float) -> None:
    p = parameter([0.0] * 1000, [size] * 1000, dtype)
    limit = 1.0 if size > 1 else size
    result = ops.clip_grad_norm_([p], limit)
    assert result.norm == pytest.approx(size * math.sqrt(1000), rel=1e-3)
    assert p.grad.double().div(limit).norm().item() == pytest.approx(1, rel=2e-3)
    assert result.nonfinite == ()


def test_clipping_agrees_with_torch_on_easy_data() -> None:
    torch.manual_seed(0)
    for limit in (0.1, 100.0):
        ours, torchs = nn.Linear(4, 3), nn.Linear(4, 3)
        for a, b in zip(ours.parameters(), torchs.parameters(), strict=True):
            a.grad = torch.randn_like(a)
            b.grad = a.grad.clone()
        norm = nn.utils.clip_grad_norm_(torchs.parameters(), limit)
        assert ops.clip_grad_norm_(ours, limit).norm == pytest.approx(norm.item(), rel=1e-6)
        for a, b in zip(ours.parameters(), torchs.parameters(), strict=True):
            assert torch.allclose(a.grad, b.grad, rtol=1e-5)


CLIPPERS = {
    "norm": lambda m, **k: ops.clip_grad_norm_(m, 1.0, **k),
    "value": lambda m, **k: ops.clip_grad_value_(m, 1.0, **k),
    "adaptive": lambda m, **k: ops.adaptive_clip_(m, **k),
    "zclip": lambda m, **k: ops.ZClip(warmup=1).clip_(m, **k),
    "adagc": lambda m, **k: ops.AdaGC().clip_(m, **k),
}


@pytest.mark.parametrize("name", CLIPPERS)
def test_a_nan_is_named_and_changes_nothing(name: str) -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    for p in model.parameters():
        p.grad = torch.ones_like(p)
    model[1].weight.grad[0, 0] = NAN
    before = [p.grad.clone() for p in model.parameters()]
    with pytest.raises(FloatingPointError, match=r"not finite in 1\.weight; nothing was changed"):
        CLIPPERS[name](model)
    assert all(
        torch.equal(a.nan_to_num(9), p.grad.nan_to_num(9))
        for a, p in zip(before, model.parameters(), strict=True)
    )
    result = CLIPPERS[name](model, on_nonfinite="drop")
    assert result.nonfinite == ("1.weight",)
    assert all(p.grad is None for p in model.parameters())


def test_value_clipping() -> None:
    p = parameter([0.0] * 4, [0.5, -3.0, INF, -INF])
    assert ops.clip_grad_value_(p, 1.0).factor == 0.25
    assert p.grad.tolist() == [0.5, -1.0, 1.0, -1.0]
    for call in (lambda: ops.clip_grad_value_(p, 0.0), lambda: ops.clip_grad_norm_(p, -1.0)):
        with pytest.raises(ValueError, match="> 0"):
            call()
    with pytest.raises(ValueError, match="on_nonfinite='skip'"):
        ops.clip_grad_norm_(p, 1.0, on_nonfinite="skip")
    assert ops.clip_grad_norm_([], 1.0).norm == 0


def test_adaptive_statistics_never_see_an_outlier_whole() -> None:
    zclip, adagc, p = ops.ZClip(warmup=5), ops.AdaGC(warmup=5, max_norm=10.0), parameter([0.0], [0.0])
    for i in range(60):
        for clip in (zclip, adagc):
            p.grad = torch.tensor([1.0 + 0.1 * (i % 3)])
            clip.clip_([("w", p)])
            p.grad = torch.tensor([NAN])
            clip.clip_([("w", p)], on_nonfinite="drop")
    for clip in (zclip, adagc):
        p.grad = torch.tensor([1e6])
        assert clip.clip_([("w", p)]).factor < 1e-4
        assert p.grad.item() < 3
    assert 0.9 < zclip.mean < 1.3 and 0.9 < adagc.norms["w"] < 1.3
    with pytest.raises(ValueError, match="ZClip needs"):
        ops.ZClip(alpha=1.0)
    with pytest.raises(ValueError, match="AdaGC needs"):
        ops.AdaGC(ratio=0.5)


def test_adaptive_clip_is_per_unit() -> None:
    p = parameter([[1.0, 0.0], [100.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]])
    ops.adaptive_clip_(p, 0.01)
    assert p.grad.tolist() == [[pytest.approx(0.01), 0.0], [1.0, 0.0]]
    zero = parameter([0.0, 0.0], [0.0, 0.0])
    assert ops.adaptive_clip_(zero).factor == 1 and zero.grad.tolist() == [0, 0]


def test_stochastic_rounding_is_unbiased_and_exact_where_it_can_be() -> None:
    g = torch.Generator().manual_seed(1)
    for value in (1.001, -3.3e-5, 7e30):
        x = torch.full((200000,), value)
        y = ops.stochastic_round(x, g)
        spacing = (y.float().max() - y.float().min()).item()
        assert abs(y.double().mean().item() - x[0].item()) < 4 * spacing / 2 / math.sqrt(200000)
    exact = torch.tensor([0.0, -0.0, 1.0, -2.5, INF, -INF])
    assert torch.equal(ops.stochastic_round(exact, g).float(), exact)
    assert ops.stochastic_round(torch.tensor([NAN]), g).isnan().all()
    assert ops.stochastic_round(torch.full((1000,), 3.4e38), g).isfinite().all()
    with pytest.raises(TypeError, match="needs float32"):
        ops.stochastic_round(torch.ones(1, dtype=torch.float64))


@pytest.mark.parametrize(
    "make",
    [
        lambda p: torch.optim.SGD(p, lr=1e-4),
        lambda p: torch.optim.AdamW(p, lr=1e-4, weight_decay=0.0),
        lambda p: torch.optim.RMSprop(p, lr=1e-4),
        lambda p: torch.optim.Adagrad(p, lr=1e-3),
    ],
)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_compensated_updates_follow_float32(make, dtype: torch.dtype) -> None:
    start = [1.0, -0.5, 2.0]
    exact, half = nn.Parameter(torch.tensor(start)), nn.Parameter(torch.tensor(start, dtype=dtype))
    reference, optimizer = make([exact]), make([half])
    kept = ops.Compensation(optimizer)
    for step in range(500):
        g = torch.tensor([1.0, 0.5, -0.25]) * (1 + 0.1 * (step % 5))
        exact.grad, half.grad = g.to(dtype).float(), g.to(dtype)
        reference.step()
        optimizer.step()
        assert half.dtype == dtype and half.grad.dtype == dtype
    eps = torch.finfo(dtype).eps
    moved = (exact - torch.tensor(start)).abs().max().item()
    assert moved > 0.02
    assert (half.float() + kept.remainders[half].float() - exact).abs().max().item() < 0.06 * moved
    assert (half.float() - exact).abs().max() <= 2 * eps
    kept.remove()
    if not optimizer.state:
        optimizer.step()
        assert half.dtype == dtype


def run(scaler: ops.LossScaler, gradient: float, loss: float = 1.0) -> None:
    p = nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([p], lr=0.1)
    scaler.scale(p.sum() * loss)
    p.grad = torch.tensor([gradient])
    scaler.step(optimizer)
    scaler.update()


def test_loss_scaler_tells_overflow_from_a_defect() -> None:
    scaler = ops.LossScaler("cpu", init_scale=16.0, floor=2.0, patience=8)
    run(scaler, 1.0)
    assert scaler.verdict == "ok" and scaler.get_scale() == 16
    run(scaler, INF)
    assert scaler.verdict == "scale" and scaler.get_scale() == 8
    with pytest.raises(FloatingPointError, match="loss itself is not finite"):
        run(scaler, NAN, NAN)
    run(scaler, INF)
    assert scaler.get_scale() == 2
    with pytest.raises(FloatingPointError, match="smallest allowed scale 2"):
        run(scaler, INF)
    assert scaler.get_scale() == 2
    impatient = ops.LossScaler("cpu", init_scale=2.0**20, patience=2, on_defect="warn")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(impatient, INF)
    with pytest.warns(RuntimeWarning, match="2 steps in a row"):
        run(impatient, INF)
    assert impatient.verdict == "defect"
    assert isinstance(impatient, torch.amp.GradScaler)
    with pytest.raises(ValueError, match="floor=0"):
        ops.LossScaler("cpu", floor=0.0)


def test_initialisation_checks() -> None:
    torch.manual_seed(0)
    for scheme, fill in (
        ("he", nn.init.kaiming_normal_),
        ("xavier", nn.init.xavier_uniform_),
        ("orthogonal", nn.init.orthogonal_),
    ):
        net = nn.Sequential(nn.Linear(64, 128), nn.Conv2d(8, 16, 3), nn.Linear(128, 32))
        for p in net.parameters():
            if p.ndim > 1:
                fill(p)
        assert ops.check_init(net, scheme) == []
        net[0].weight.data.mul_(1.5)
        net[2].weight.data.zero_()
        found = {i.name: i.what for i in ops.check_init(net, scheme)}
        assert found == {
            "0.weight": "orthogonality" if scheme == "orthogonal" else "std",
            "2.weight": "constant",
        }
    net[1].weight.data[0, 0, 0, 0] = NAN
    assert "not finite" in {i.what for i in ops.check_init(net)}
    with pytest.raises(ValueError, match="scheme='lecun'"):
        ops.check_init(net, "lecun")


def test_checkpointing_is_bit_identical_and_keeps_fewer_activations() -> None:
    torch.manual_seed(0)
    layers = [nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Dropout(0.5)) for _ in range(16)]
    x = torch.randn(4, 8, requires_grad=True)
    results, saved = [], []
    for form in (lambda: nn.Sequential(*layers)(x), lambda: ops.checkpointed_sequential(layers, x)):
        torch.manual_seed(1)
        count = 0

        def pack(t: torch.Tensor) -> torch.Tensor:
            nonlocal count
            count += 1
            return t

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
            y = form()
        saved.append(count)
        results.append((y, *torch.autograd.grad(y.sum(), (x, layers[0][0].weight))))
    assert all(torch.equal(a, b) for a, b in zip(*results, strict=True))
    assert saved[1] < saved[0] / 2
    with pytest.raises(ValueError, match="segments=0"):
        ops.checkpointed_sequential(layers, x, 0)


def test_staleness() -> None:
    assert ops.staleness_aware_step(0.1, 0) == ops.staleness_aware_step(0.1, 1) == 0.1
    assert ops.staleness_aware_step(0.1, 4, 0.5) == pytest.approx(0.05)
    with pytest.raises(ValueError, match="staleness=-1"):
        ops.staleness_aware_step(0.1, -1)
