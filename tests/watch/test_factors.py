"""Each factor changes one thing while it is on, counts that it did, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, Subset, TensorDataset

from numsan.watch.factors import FACTORS, Setting, changed


def parameter(value: float = 1.0) -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.tensor([value]))


def descend(
    optimizer: Callable[..., torch.optim.Optimizer], steps: int, setting: Setting, name: str
) -> list[float]:
    """The weight after every step on the loss 3 w; `setting` sees the number of the step."""
    made: list[float] = []
    weight = parameter()
    setting.now = lambda: len(made)
    with changed(name, setting):
        opt = optimizer([weight])
        for _ in range(steps):
            opt.zero_grad()
            (3 * weight).sum().backward()
            opt.step()
            made.append(weight.item())
    return made


def sgd(params: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(params, lr=0.5)


def adam(params: Any) -> torch.optim.Optimizer:
    return torch.optim.Adam(params, lr=0.5, betas=(0.9, 0.9))


def test_the_rate_is_smaller_from_a_step_on() -> None:
    setting = Setting(value=0.1, since=1)
    assert descend(sgd, 3, setting, "rate") == pytest.approx([-0.5, -0.65, -0.8])
    assert setting.touched == 2


def test_the_program_sees_its_own_rate() -> None:
    weight = parameter()
    opt = sgd([weight])
    with changed("rate", Setting(value=0.0)):
        weight.sum().backward()
        opt.step()
        assert opt.param_groups[0]["lr"] == 0.5
    assert weight.item() == 1.0


def test_gradients_are_clipped_only_where_they_are_large() -> None:
    setting = Setting(value=1.0, since=1)
    assert descend(sgd, 2, setting, "clipped") == pytest.approx([-0.5, -1.0])
    assert setting.touched == 1
    idle = Setting(value=10.0)
    descend(sgd, 2, idle, "clipped")
    assert idle.touched == 0


def test_clipping_is_switched_off() -> None:
    weight = parameter()
    weight.grad = torch.tensor([30.0])
    setting = Setting()
    with changed("unclipped", setting):
        assert torch.nn.utils.clip_grad_norm_([weight], 1.0) == 30
    assert (weight.grad.item(), setting.touched) == (30.0, 1)
    torch.nn.utils.clip_grad_norm_([weight], 1.0)
    assert weight.grad.item() == pytest.approx(1.0)


def test_moments_are_forgotten_once() -> None:
    plain = descend(adam, 4, Setting(), "none")
    setting = Setting(since=2)
    seen = descend(adam, 4, setting, "moments")
    assert seen[:2] == plain[:2]
    assert seen[2] - seen[1] == pytest.approx(plain[0] - 1.0)  # as in the first step
    assert setting.touched == 3
    idle = Setting()
    descend(sgd, 2, idle, "moments")
    assert idle.touched == 0


@pytest.mark.parametrize(("value", "scale"), [(1.0, 1.0), (2.0**-8, 4.0)])
def test_the_loss_scale(value: float, scale: float) -> None:
    setting = Setting(value=value)
    with changed("scale", setting):
        scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
        assert scaler.scale(torch.ones(1)).item() == scale
    assert setting.touched == 1
    assert torch.amp.GradScaler("cpu", init_scale=1024.0).scale(torch.ones(1)).item() == 1024


def test_autocast_is_off() -> None:
    setting, a = Setting(), torch.ones(2, 2)
    with changed("autocast-off", setting):
        with torch.autocast("cpu", torch.bfloat16):
            assert (a @ a).dtype == torch.float32
        with torch.autocast("cpu", enabled=False):
            pass
    assert setting.touched == 1
    with torch.autocast("cpu", torch.bfloat16):
        assert (a @ a).dtype == torch.bfloat16


def test_threads_are_what_was_asked_for() -> None:
    before = torch.get_num_threads()
    with changed("threads", Setting(value=before + 1)):
        torch.set_num_threads(before)
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(("name", "fill"), [("deterministic", False), ("filled", True)])
def test_determinism(name: str, fill: bool) -> None:
    with changed(name, Setting()):
        assert torch.are_deterministic_algorithms_enabled()
        assert bool(torch.isnan(torch.empty(1000)).all()) == fill
    assert not torch.are_deterministic_algorithms_enabled()


def loader(**more: Any) -> DataLoader[Any]:
    return DataLoader(Subset(TensorDataset(torch.arange(20)), range(10, 19)), batch_size=3, **more)


def drawn(**more: Any) -> list[list[int]]:
    return [batch.tolist() for (batch,) in loader(**more)]


def test_samples_are_left_out_of_their_batches() -> None:
    setting = Setting(samples=frozenset({11, 12, 15, 16, 17, 18}))
    with changed("without-samples", setting):
        assert drawn() == [[10], [13, 14]]
    assert setting.touched == 6
    assert drawn() == [[10, 11, 12], [13, 14, 15], [16, 17, 18]]


def test_samples_are_left_out_by_workers() -> None:
    with changed("without-samples", Setting(samples=frozenset({11}))):
        assert drawn(num_workers=2)[0] == [10, 12]


def test_one_batch_is_skipped() -> None:
    seen: list[list[int]] = []
    setting = Setting(since=1, now=lambda: len(seen))
    with changed("other-batch", setting):
        for (batch,) in loader():
            seen.append(batch.tolist())
    assert seen == [[10, 11, 12], [16, 17, 18]]
    assert setting.touched == 1


def test_every_factor_can_be_left_again() -> None:
    """What a factor patches is put back: hooks, functions, modes."""
    patched = (torch.nn.utils.clip_grad_norm_, torch.amp.GradScaler.__init__, torch.autocast.__enter__)
    for name in FACTORS:
        with changed(name, Setting(value=1.0)):
            pass
    assert patched == (
        torch.nn.utils.clip_grad_norm_,
        torch.amp.GradScaler.__init__,
        torch.autocast.__enter__,
    )
    assert descend(sgd, 2, Setting(), "none") == [-0.5, -2.0]


@pytest.mark.parametrize("weights", [torch.float16, torch.float32], ids=["half weights", "autocast"])
def test_a_module_in_float32(weights: torch.dtype) -> None:
    """1.2e5 is beyond float16; the model with half weights takes it back through a root."""
    large = torch.nn.Linear(4, 4, bias=False)
    net = torch.nn.Sequential(torch.nn.Linear(4, 4, bias=False), Root(large)).to(weights)
    with torch.no_grad():
        net[0].weight.copy_(torch.eye(4))
        large.weight.copy_(300 * torch.eye(4))
    x = torch.full((2, 4), 400.0, dtype=weights)

    def loss() -> torch.Tensor:
        net.zero_grad()
        with torch.autocast("cpu", torch.float16, enabled=weights == torch.float32):
            out = net(x).float().sum()
        out.backward()
        return out

    assert torch.isinf(loss())
    setting = Setting(module="1")
    with changed("module-float32", setting):
        seen = loss()
    assert (seen.item(), setting.touched) == (pytest.approx(8 * 120_000**0.5, rel=1e-3), 1)
    assert all(bool(torch.isfinite(p.grad).all()) for p in net.parameters() if p.grad is not None)
    with changed("module-float32", other := Setting(module="0")):
        assert torch.isinf(loss()) and other.touched == 1
    assert torch.isinf(loss())


class Root(torch.nn.Module):
    def __init__(self, inner: torch.nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.inner(x).sqrt()
        return out
