"""The float64 twin: everything wide, the same random numbers, and a program that notices nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from numsan.watch.twin import Float64Twin


def train(half: bool) -> list[float]:
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(1, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.GELU(), torch.nn.Dropout(0.3),
        torch.nn.Flatten(1, 2), torch.nn.Linear(4, 8), torch.nn.LayerNorm(8),
    )  # fmt: skip
    memory = torch.nn.LSTM(8, 8, batch_first=True)
    look = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    params = [*net.parameters(), *memory.parameters(), *look.parameters()]
    opt = torch.optim.AdamW(params, lr=1e-2)
    scaler = torch.amp.GradScaler("cpu", enabled=half)
    losses: list[float] = []
    for _ in range(4):
        x = torch.randn(5, 1, 6, 6)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            h, _ = memory(net(x))
            h, _ = look(h, h, h)
            noise = torch.rand_like(h) + torch.empty_like(h).exponential_()
            loss = torch.nn.functional.cross_entropy((h + noise).mean(1), torch.randint(0, 8, (5,)))
        opt.zero_grad()
        scaler.scale(loss).backward()
        scaler.unscale_(opt)
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        scaler.step(opt)
        scaler.update()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("half", [False, True])
def test_it_is_the_same_training_without_rounding(half: bool) -> None:
    narrow = train(half)
    with Float64Twin():
        wide = train(half)
    assert wide == pytest.approx(narrow, rel=3e-2 if half else 1e-5)
    assert wide != narrow
    if half:
        with Float64Twin():
            assert train(False) == wide  # autocast has nothing left to narrow


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.tensor([1.5]).half() * 65504,
        lambda: torch.full((2,), 300.0, dtype=torch.float16).square(),
        lambda: torch.exp(torch.tensor([100.0])),
        lambda: torch.ones(70000, dtype=torch.float16).sum(dtype=torch.float16),
        lambda: torch.zeros(3).addcmul_(torch.full((3,), 1e30), torch.full((3,), 1e30)),
    ],
)
def test_what_is_too_large_for_a_narrow_format_is_finite(make: Callable[[], torch.Tensor]) -> None:
    assert not torch.isfinite(make()).all()
    with Float64Twin():
        made = make()
        assert made.dtype == torch.float64
        assert torch.isfinite(made).all()


def test_mathematics_stays_mathematics() -> None:
    with Float64Twin():
        assert torch.isnan(torch.tensor([-1.0]).log()).all()
        x = torch.zeros(2, requires_grad=True)
        x.norm().sqrt().backward()
        assert x.grad is not None
        assert not torch.isfinite(x.grad).all()


def test_tensors_that_exist_keep_their_format_and_are_written() -> None:
    kept = torch.ones(3)
    half = torch.ones(3, dtype=torch.float16)
    out = torch.empty(0)
    with Float64Twin():
        kept.add_(torch.full((3,), 1e-3)).mul_(2)
        half += 1
        torch.add(kept, 1, out=out)
        torch._foreach_mul_([kept, half], 2.0)
    assert (kept.dtype, half.dtype, out.dtype) == (torch.float32, torch.float16, torch.float32)
    assert torch.equal(kept, (torch.ones(3) + 1e-3) * 4)
    assert torch.equal(half, torch.full((3,), 4.0, dtype=torch.float16))
    assert out.tolist() == pytest.approx([3.002] * 3)


def test_views_and_numbers_that_are_not_floating_are_left_alone() -> None:
    x = torch.arange(6)
    with Float64Twin():
        y = x.view(2, 3)[1]
        y += 1
        assert (x + 1).dtype == torch.int64
        assert torch.randperm(4).dtype == torch.int64
    assert x.tolist() == [0, 1, 2, 4, 5, 6]
