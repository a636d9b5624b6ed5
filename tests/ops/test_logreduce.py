"""Log-space reductions: against mpmath, at infinities, under masks and transforms."""

from __future__ import annotations

import math

import mpmath as mp
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from numsan import ops

INF = math.inf
rows = st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=12)


def gradient(f, x: list[float], dtype: torch.dtype = torch.float32) -> list[float]:
    leaf = torch.tensor(x, dtype=dtype, requires_grad=True)
    return torch.autograd.grad(f(leaf).sum(), leaf)[0].tolist()


def data(seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(3, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


@settings(deadline=None, max_examples=60)
@given(rows)
def test_logsumexp_bounds_and_mpmath(xs: list[float]) -> None:
    x = torch.tensor(xs)
    got = ops.logsumexp(x).item()
    assert max(xs) <= got <= float(torch.tensor(max(xs) + math.log(len(xs)))) + abs(max(xs)) * 1e-6 + 1e-6
    exact = mp.log(mp.fsum(mp.exp(mp.mpf(v)) for v in xs))
    assert abs(got - float(exact)) <= 1e-7 * max(1.0, abs(float(exact)))
    assert ops.logsumexp(x.flip(0)).item() == got


@settings(deadline=None, max_examples=60)
@given(rows)
def test_softmax_sums_to_one_and_logmeanexp_lies_between(xs: list[float]) -> None:
    x = torch.tensor(xs)
    assert ops.softmax(x, 0).sum().item() == pytest.approx(1, abs=2e-6)
    assert min(xs) - 1e-3 <= ops.logmeanexp(x).item() <= max(xs) + 1e-3
    assert (ops.log_softmax(x, 0) <= 0).all()


@pytest.mark.parametrize(
    ("x", "value", "slopes"),
    [
        ([-INF, -INF], -INF, [0, 0]),
        ([INF, 0.0], INF, [1, 0]),
        ([INF, INF], INF, [0.5, 0.5]),
        ([-INF, 0.0], 0.0, [0, 1]),
        ([INF, -INF], INF, [1, 0]),
        ([1e7, 1e7], 10000000.693, [0.5, 0.5]),
        ([3e38, -3e38], 3e38, [1, 0]),
    ],
)
def test_logsumexp_at_the_edges(x: list[float], value: float, slopes: list[float]) -> None:
    assert ops.logsumexp(torch.tensor(x)).item() == pytest.approx(value, rel=1e-6)
    assert gradient(lambda t: ops.logsumexp(t, 0), x) == slopes
    assert torch.logsumexp(torch.tensor(x), 0).item() == pytest.approx(value, rel=1e-6)


def test_nan_comes_through_everywhere() -> None:
    x = torch.tensor([[math.nan, 0.0], [1.0, 2.0]])
    for f in (ops.softmax, ops.log_softmax):
        assert f(x, 1).isnan().tolist() == [[True, True], [False, False]]
    for f in (ops.logsumexp, ops.logmeanexp):
        assert f(x, 1).isnan().tolist() == [True, False]
        leaf = x.clone().requires_grad_()
        assert torch.autograd.grad(f(leaf, 1).sum(), leaf)[0].isnan()[0].all()


def test_near_a_zero_crossing_no_digit_is_lost() -> None:
    exact = float(mp.log(mp.exp(mp.mpf("-1e-4")) + mp.exp(-13)))
    got = ops.logsumexp(torch.tensor([-1e-4, -13.0])).item()
    assert (
        abs(got / exact - 1) < 1e-7 < abs(torch.logsumexp(torch.tensor([-1e-4, -13.0]), 0).item() / exact - 1)
    )


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_gradients_are_rounded_once(dtype: torch.dtype) -> None:
    x = (torch.randn(4, 1000, generator=torch.Generator().manual_seed(1)) * 3).to(dtype).requires_grad_()
    (got,) = torch.autograd.grad(ops.logsumexp(x, 1).sum(), x)
    exact = torch.softmax(x.detach().double(), 1)
    spacing = torch.finfo(dtype).eps * 2.0 ** torch.floor(torch.log2(exact))
    floor = torch.finfo(dtype).smallest_normal * torch.finfo(dtype).eps
    assert ((got.double() - exact).abs() / spacing.clamp(min=floor)).max() <= 0.51


@pytest.mark.parametrize(
    "f",
    [
        lambda x: ops.logsumexp(x, 1),
        lambda x: ops.logsumexp(x, (0, 1), True),
        lambda x: ops.logsumexp(x, 1, mask=MASK)[1:],
        lambda x: ops.logsumexp(x, 1, weights=torch.tensor([1.0, 0.0, 2.0, 3.0, 0.5], dtype=torch.float64)),
        lambda x: ops.logmeanexp(x, 1, mask=MASK)[1:],
        lambda x: ops.logsumexp_signed(x, SIGNED, 1)[0],
        lambda x: ops.logcumsumexp(x, 1),
        lambda x: ops.softmax(x, 0),
        lambda x: ops.softmax(x, 1, mask=MASK),
        lambda x: ops.log_softmax(x, 1),
        lambda x: ops.log_softmax(x, 1, mask=MASK)[MASK],
        lambda x: ops.log_abs_prod(x, 1)[0],
        lambda x: ops.log_abs_cumprod(x, 0)[0],
    ],
)
def test_derivatives_vmap_and_compile(f) -> None:
    x = data().requires_grad_()
    assert gradcheck(f, x)
    assert gradgradcheck(f, x)
    batch = torch.stack([data(1), data(2)])
    if MASK_FREE(f):
        assert torch.allclose(torch.vmap(f)(batch), torch.stack([f(batch[0]), f(batch[1])]), rtol=1e-14)
    compiled = torch.compile(f, backend="aot_eager")
    got, want = (torch.autograd.grad(g(x).sum(), x)[0] for g in (compiled, f))
    assert torch.allclose(got, want, rtol=1e-13, atol=1e-15)


SIGNED = data(9)
MASK = torch.tensor([[False] * 5, [True, False, True, True, False], [True] * 5])


def MASK_FREE(f) -> bool:
    return "MASK" not in f.__code__.co_names


def test_weights_of_both_signs() -> None:
    x, w = data(3), data(4)
    value, sign = ops.logsumexp_signed(x, w, 1)
    direct = (w * x.exp()).sum(1)
    assert torch.allclose(sign * value.exp(), direct)
    assert torch.autograd.gradcheck(lambda w: ops.logsumexp_signed(x, w, 1)[0], w.requires_grad_())
    assert ops.logsumexp(torch.zeros(2), weights=torch.tensor([1.0, -2.0])).isnan()
    zero = ops.logsumexp_signed(torch.tensor([INF, 1.0]), torch.tensor([0.0, 1.0]))
    assert [t.item() for t in zero] == [1.0, 1.0]


def test_empty_groups_and_empty_tensors() -> None:
    hidden = torch.zeros(2, 3, dtype=torch.bool)
    x = data(5, torch.float32)[:2, :3].requires_grad_()
    for f, value in (
        (ops.logsumexp, -INF),
        (ops.logmeanexp, -INF),
        (ops.softmax, 0),
        (ops.log_softmax, -INF),
    ):
        y = f(x, 1, mask=hidden)
        assert (y == value).all()
        assert (torch.autograd.grad(y.sum(), x)[0] == 0).all()
        assert f(torch.zeros(2, 0), 1).numel() in (0, 2)
    assert ops.logsumexp(torch.zeros(2, 0), 1).tolist() == [-INF, -INF]


def test_logcumsumexp_matches_torch_and_survives_infinities() -> None:
    x = data(6)
    assert torch.allclose(ops.logcumsumexp(x, 1), torch.logcumsumexp(x, 1), rtol=1e-14)
    assert gradient(lambda t: ops.logcumsumexp(t, 0), [-INF, -INF, 0.0]) == [0, 0, 1]
    assert gradient(lambda t: ops.logcumsumexp(t, 0), [0.0, INF, INF]) == [1, 1.5, 0.5]
    assert gradient(lambda t: ops.logcumsumexp(t, 0), [1e7, 1e7]) == [1.5, 0.5]


def test_refuses_integers_and_wrong_dimensions() -> None:
    with pytest.raises(TypeError, match=r"logsumexp needs float64.*got torch.int64"):
        ops.logsumexp(torch.arange(3))
    with pytest.raises(IndexError, match="dimension 2 is out of range for a tensor of 2 dimensions"):
        ops.softmax(torch.zeros(2, 2), 2)


def test_products_in_log_space() -> None:
    x = torch.tensor([[-2.0, 3.0], [0.0, 5.0]])
    value, sign = ops.log_abs_prod(x, 1)
    assert sign.tolist() == [-1, 0]
    assert value[0].item() == pytest.approx(math.log(6))
    logs, signs = ops.log_abs_cumprod(torch.tensor([-2.0, -3.0, 0.0, 4.0]), 0)
    assert signs.tolist() == [-1, 1, 0, 0]
    assert logs[:2].exp().tolist() == pytest.approx([2, 6])


@pytest.mark.parametrize("first", [-200.0, -290.0, -310.0, -900.0, -1e30, -INF])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@mp.workdps(60)
def test_running_logsumexp_far_below_the_largest(first: float, dtype: torch.dtype) -> None:
    x = torch.tensor([[first, 0.5, -3.0, 1.0]] * 2, dtype=dtype, requires_grad=True)
    y = ops.logcumsumexp(x, 1)
    (grad,) = torch.autograd.grad(y[0, 1:].sum(), x)
    given = [mp.mpf(v) for v in x[0].tolist()]
    totals = [sum(mp.exp(v) for v in given[: n + 1]) for n in range(4)]
    for got, total, v in zip(y[0].tolist(), totals, given, strict=True):
        assert got == v if v == given[0] else abs(got - mp.log(total)) <= 4 * torch.finfo(dtype).eps
    for i, got in enumerate(grad[0].tolist()):
        want = sum(mp.exp(given[i]) / t for t in totals[max(i, 1) :])
        assert got == pytest.approx(float(want), rel=600 * torch.finfo(dtype).eps, abs=1e-45)
    assert not grad[1].any()


FAR = [0.0, -95.3, -96.7, -60.0 - 37.1]


@mp.workdps(60)
def test_entropy_of_shares_that_are_subnormal() -> None:
    x = torch.tensor(FAR, requires_grad=True)
    value = ops.entropy(x)
    (slope,) = torch.autograd.grad(value, x)
    total = mp.log(sum(mp.exp(v) for v in x.tolist()))
    log_p = [mp.mpf(v) - total for v in x.tolist()]
    exact = -sum(mp.exp(v) * v for v in log_p)
    smallest = mp.ldexp(1, -149)
    assert abs(value.item() - exact) <= 4 * smallest
    for got, v in zip(slope.tolist(), log_p, strict=True):
        assert abs(got + mp.exp(v) * (v + exact)) <= 4 * smallest


def test_weighted_logsumexp_of_shares_that_are_subnormal() -> None:
    x = torch.tensor(FAR, requires_grad=True)
    weights = torch.tensor([1.0, 3.0, 7.0, 11.0])
    (slope,) = torch.autograd.grad(ops.logsumexp(x, weights=weights), x)
    exact = [w * mp.exp(mp.mpf(v)) for w, v in zip(weights.tolist(), x.tolist(), strict=True)]
    for got, want in zip(slope.tolist()[1:], exact[1:], strict=True):
        assert abs(got - want / sum(exact)) <= mp.ldexp(1, -149)
