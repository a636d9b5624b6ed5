"""What trips the sentinel and what does not, optimizer step by optimizer step, in this process."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
import torch

from numsan.watch.sentinel import Sentinel
from numsan.watch.trips import Trip

Step = Callable[[], None]
NAN, INF = float("nan"), float("inf")


@contextlib.contextmanager
def watching(weights_every: int = 8) -> Iterator[tuple[Sentinel, list[Trip]]]:
    """An armed sentinel that notes its trips; a fault of its own fails the test."""
    trips: list[Trip] = []
    faults: list[BaseException] = []
    sentinel = Sentinel(trips.append, weights_every=weights_every)
    sentinel.on_fault = faults.append
    sentinel.arm()
    try:
        yield sentinel, trips
        sentinel.look_at_end()
    finally:
        sentinel.disarm()
    assert faults == []


def parameter(*values: complex, dtype: torch.dtype = torch.float32) -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.tensor(values, dtype=dtype))


def step_with(
    gradient: torch.Tensor | None, weight: torch.nn.Parameter, optimizer: torch.optim.Optimizer
) -> None:
    weight.grad = gradient
    optimizer.step()


def sgd(*weights: torch.nn.Parameter, lr: float = 0.0) -> torch.optim.SGD:
    return torch.optim.SGD(weights, lr=lr)


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64]
)
@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_dense_gradient_of_every_format(dtype: torch.dtype, value: float) -> None:
    weight = parameter(1.0, 2.0, dtype=dtype)
    with watching() as (sentinel, trips):
        optimizer = sgd(weight)
        step_with(torch.ones(2, dtype=dtype), weight, optimizer)
        assert trips == []
        step_with(torch.tensor([1.0, value], dtype=dtype), weight, optimizer)
    assert [(t.what, t.step) for t in trips][:1] == [("gradient", 1)]
    assert sentinel.step == 2


def test_gradient_is_named_by_its_module() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1))
    with watching() as (_, trips):
        optimizer = torch.optim.Adam(model.parameters())
        model(torch.tensor([[1.0, NAN]])).nan_to_num().sum().backward()
        for p in model.parameters():
            p.grad = torch.zeros_like(p)
        model[2].bias.grad = torch.tensor([INF])
        optimizer.step()
    assert (trips[0].what, trips[0].where) == ("gradient", "2.bias")


@pytest.mark.parametrize("bad", [False, True])
def test_sparse_gradient(bad: bool) -> None:
    table = torch.nn.Embedding(10, 3, sparse=True)
    with watching() as (_, trips):
        optimizer = torch.optim.SparseAdam(table.parameters())
        scale = torch.full((3,), INF if bad else 2.0)
        out = table(torch.tensor([1, 4, 4]))
        out.backward(scale.expand(3, 3))
        assert table.weight.grad is not None and table.weight.grad.is_sparse
        optimizer.step()
    assert [t.what for t in trips][:1] == (["gradient"] if bad else [])


def test_missing_empty_and_integer_parts_are_no_alarm() -> None:
    used, unused, empty = parameter(1.0), parameter(2.0), torch.nn.Parameter(torch.empty(0, 3))
    with watching() as (sentinel, trips):
        optimizer = sgd(used, unused, empty, lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            (used * 2 + empty.sum()).sum().backward()
            optimizer.step()
    assert trips == [] and sentinel.step == 3 and unused.grad is None


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        (torch.float32, 1e20),
        (torch.float32, 3e38),
        (torch.float16, 6e4),
        (torch.bfloat16, 3e38),
        (torch.float64, 1e200),
    ],
)
def test_overflow_of_the_norm_alone(dtype: torch.dtype, value: float) -> None:
    weight = torch.nn.Parameter(torch.zeros(64, dtype=dtype))
    with watching() as (_, trips):
        step_with(torch.full((64,), value, dtype=dtype), weight, sgd(weight))
    assert trips == []


@pytest.mark.parametrize("loss", [NAN, INF])
def test_loss_trips_before_backward(loss: float) -> None:
    weight = parameter(1.0)
    with watching() as (_, trips):
        sgd(weight)
        (weight * 0 + loss).sum().backward()
    assert [(t.what, t.step) for t in trips] == [("loss", 0)]


def test_loss_hidden_before_backward_shows_in_the_gradients() -> None:
    weight = parameter(0.0)
    with watching() as (_, trips):
        optimizer = sgd(weight, lr=0.1)
        torch.nan_to_num(weight.sqrt().sum() * 0).backward()
        assert trips == []
        optimizer.step()
    assert trips[0].what == "gradient"


def test_steps_that_are_skipped_by_the_program() -> None:
    """`if isnan(loss): continue` after weights went bad: no step comes any more, the end shows it."""
    weight = parameter(1.0)
    with watching() as (_, trips):
        optimizer = sgd(weight, lr=INF)
        for _ in range(4):
            optimizer.zero_grad()
            loss = (weight * 0.5).sum()
            if not torch.isfinite(loss):
                continue
            loss.backward()
            optimizer.step()
    assert [(t.what, t.step) for t in trips] == [("weight", 0)]


def test_weights_go_bad_in_the_very_last_step() -> None:
    weight = parameter(1.0)
    with watching() as (_, trips):
        optimizer = sgd(weight, lr=0.1)
        for i in range(11):
            optimizer.param_groups[0]["lr"] = INF if i == 10 else 0.1
            optimizer.zero_grad()
            weight.sum().backward()
            optimizer.step()
    assert [(t.what, t.step) for t in trips] == [("weight", 10)]


def test_values_that_only_look_alarming() -> None:
    """An infinite best loss, a mask of -inf and a masked NaN marker."""
    weight = parameter(1.0, 1.0, 1.0)
    best, targets = INF, torch.tensor([1.0, NAN, 0.5])
    with watching() as (_, trips):
        optimizer = sgd(weight, lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            scores = weight.masked_fill(torch.tensor([False, True, False]), -INF).softmax(0)
            known = ~targets.isnan()
            loss = ((weight[known] - targets[known]) ** 2).mean() + scores.max()
            loss.backward()
            optimizer.step()
            best = min(best, loss.item())
    assert trips == [] and best < INF


class Holds(torch.nn.Module):
    """A module with one buffer."""

    def __init__(self, *values: float) -> None:
        super().__init__()
        self.register_buffer("held", torch.tensor(values))
        self.held: torch.Tensor


def test_a_buffer_that_turns_nan() -> None:
    weight = parameter(1.0)
    with watching(weights_every=2) as (_, trips):
        module, optimizer = Holds(1.0, 2.0), sgd(weight)
        for i in range(8):
            if i == 4:
                module.held.mul_(NAN)
            step_with(torch.zeros(1), weight, optimizer)
    assert [(t.what, t.where, t.step) for t in trips][:1] == [("buffer", "held", 4)]


def test_running_statistics_that_overflow() -> None:
    weight = parameter(1.0)
    with watching(weights_every=1) as (_, trips):
        norm, optimizer = torch.nn.BatchNorm1d(2), sgd(weight)
        for i in range(4):
            norm(torch.full((3, 2), 3e38 if i == 2 else 1.0) * torch.arange(3.0).unsqueeze(1))
            step_with(torch.zeros(1), weight, optimizer)
    assert [(t.what, t.where, t.step) for t in trips][:1] == [("buffer", "running_mean", 2)]


@pytest.mark.parametrize(
    ("start", "change"),
    [
        ((0.0, -INF), lambda m: m.held.mul_(2.0)),  # a mask
        ((INF, -INF), lambda m: m.held.copy_(torch.tensor([0.5, 2.0]))),  # an observer's extremes
        ((0.0, 0.0), lambda m: m.held.fill_(-INF)),  # a mask that is filled in late
        ((1.0, NAN), lambda m: m.held.mul_(2.0)),  # a marker of what is missing
    ],
)
def test_buffers_that_only_look_alarming(start: tuple[float, ...], change: Callable[[Holds], object]) -> None:
    weight = parameter(1.0)
    with watching(weights_every=1) as (_, trips):
        module, optimizer = Holds(*start), sgd(weight)
        for i in range(5):
            if i == 3:
                change(module)
            step_with(torch.zeros(1), weight, optimizer)
    assert trips == []


def scaled_loop(
    steps: int, source: Callable[[torch.Tensor, int], torch.Tensor], init: float = 2.0**28
) -> list[Trip]:
    weight = parameter(0.5)
    with watching() as (_, trips):
        optimizer = sgd(weight, lr=1e-3)
        scaler = torch.amp.GradScaler("cpu", init_scale=init)
        for i in range(steps):
            optimizer.zero_grad()
            scaler.scale(source(weight, i)).backward()
            scaler.step(optimizer)
            scaler.update()
            if trips:
                break
    return trips


def test_first_skips_of_a_loss_scale_are_normal() -> None:
    def loss(weight: torch.Tensor, _: int) -> torch.Tensor:
        return (weight.half() * 8).sum().float()

    assert scaled_loop(40, loss) == []
    assert scaled_loop(60, loss, init=2.0**50) == []


def test_a_source_that_no_scale_cures() -> None:
    def loss(weight: torch.Tensor, i: int) -> torch.Tensor:
        return ((weight * 0).sqrt() if i >= 30 else weight).sum()

    trips = scaled_loop(80, loss)
    assert [t.what for t in trips] == ["gradient"]
    assert trips[0].through_scaler and trips[0].scaled


def test_two_optimizers() -> None:
    first, second = parameter(1.0), parameter(1.0)
    with watching() as (sentinel, trips):
        one, two = sgd(first, lr=0.1), torch.optim.AdamW([second], lr=0.1)
        for i in range(3):
            one.zero_grad()
            two.zero_grad()
            first.sum().backward()
            one.step()
            (second * (INF if i == 2 else 1.0)).sum().nan_to_num().backward()
            if i == 2:
                second.grad = torch.tensor([INF])
            two.step()
    assert (trips[0].what, trips[0].step, trips[0].optimizer) == ("gradient", 5, two)
    assert sentinel.step == 6


@pytest.mark.parametrize("by_name", [False, True])
def test_closure(by_name: bool) -> None:
    weight = parameter(3.0)
    calls: list[float] = []
    with watching() as (sentinel, trips):
        optimizer = torch.optim.LBFGS([weight], max_iter=4, lr=0.1)

        def closure() -> torch.Tensor:
            optimizer.zero_grad()
            loss = (weight.sqrt() if sentinel.step == 1 else weight**2).sum()
            loss.backward()
            calls.append(loss.item())
            return loss

        step = (lambda: optimizer.step(closure=closure)) if by_name else (lambda: optimizer.step(closure))
        step()
        assert trips == [] and len(calls) > 1
        with torch.no_grad():
            weight.fill_(0.0)
        step()
    assert (trips[0].what, trips[0].step) == ("gradient", 1)


def test_an_update_that_is_compiled_as_a_whole() -> None:
    weight = parameter(1.0)
    with watching() as (sentinel, trips):
        optimizer = sgd(weight)

        @torch.compile(backend="eager")
        def update() -> None:
            optimizer.step()

        for i in range(3):
            weight.grad = torch.tensor([NAN if i == 2 else 1.0])
            update()
        assert sentinel.step == 3
    assert [(t.what, t.step) for t in trips][:1] == [("gradient", 2)]


def test_disarm_leaves_nothing() -> None:
    import torch.optim.optimizer as module

    def surface() -> tuple[object, ...]:
        return (torch.autograd.backward, torch.optim.Optimizer.__init__, torch.amp.GradScaler.scale,
                torch.amp.GradScaler.step, len(module._global_optimizer_pre_hooks),
                len(module._global_optimizer_post_hooks))  # fmt: skip

    before = surface()
    with watching():
        assert surface() != before
    assert surface() == before


def test_a_fault_of_ours_disarms_and_is_told_once() -> None:
    weight = parameter(1.0)
    told: list[BaseException] = []

    def broken(_: object) -> None:
        raise RuntimeError("disk on fire")

    sentinel = Sentinel(print)
    sentinel.on_fault, sentinel.on_norms = told.append, broken
    sentinel.arm()
    optimizer = sgd(weight, lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        weight.sum().backward()
        optimizer.step()
    assert [str(e) for e in told] == ["disk on fire"]
    assert weight.item() == pytest.approx(0.7) and sentinel.removers == []
