"""Compensated sums against exact rational arithmetic, running statistics, attention with empty rows."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as F

from numsan import ops

numbers = st.lists(st.floats(-(2.0**50), 2.0**50, width=32, allow_subnormal=False), min_size=1, max_size=40)
EPS = 2.0**-24


@settings(deadline=None, max_examples=100)
@given(numbers)
def test_compensated_sum_keeps_its_bound(xs: list[float]) -> None:
    exact = float(sum(map(Fraction, xs)))
    size = sum(map(abs, xs))
    high, low = ops.compensated_sum(torch.tensor(xs))
    got = float(Fraction(high.item()) + Fraction(low.item()))
    assert abs(got - exact) <= 2 * EPS * EPS * len(xs) ** 2 * size + 1e-30
    assert abs(ops.accurate_sum(torch.tensor(xs)).item() - exact) <= EPS * abs(exact) + 1e-13 * size
    assert abs(ops.pairwise_sum(torch.tensor(xs)).item() - exact) <= 7 * EPS * size


@settings(deadline=None, max_examples=60)
@given(numbers)
def test_dot2_is_as_if_in_twice_the_precision(xs: list[float]) -> None:
    ys = xs[::-1]
    exact = float(sum(Fraction(a) * Fraction(b) for a, b in zip(xs, ys, strict=True)))
    size = sum(abs(a * b) for a, b in zip(xs, ys, strict=True))
    got = ops.dot2(torch.tensor(xs), torch.tensor(ys)).item()
    assert abs(got - exact) <= 2 * EPS * abs(exact) + 4 * EPS * EPS * len(xs) ** 2 * size + 1e-30


def test_sums_where_torch_fails() -> None:
    hard = torch.tensor([1e8, 1.0, -1e8] * 1000 + [1.0])
    assert ops.accurate_sum(hard).item() == 1001 != hard.sum().item()
    double = torch.tensor([1e17, 1.0, -1e17] * 100, dtype=torch.float64)
    assert ops.accurate_sum(double).item() == 100
    assert ops.accurate_sum(torch.cat([torch.tensor([2.0**24]), torch.ones(1000)])).item() == 16778216
    assert ops.accurate_sum(torch.ones(70000, dtype=torch.float16)).dtype == torch.float32
    assert ops.accurate_sum(torch.ones(2, 3, 4), (0, 2), True).shape == (1, 3, 1)
    assert ops.compensated_sum(torch.tensor([math.inf, 1.0]))[0].item() == math.inf
    assert ops.accurate_mean(torch.ones(2, 5), 1).tolist() == [1.0, 1.0]
    assert ops.compensated_sum(torch.zeros(2, 0), 1)[0].tolist() == [0, 0]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: sum(ops.compensated_sum(x, 1)),
        lambda x: ops.accurate_sum(x, 0),
        lambda x: ops.accurate_mean(x),
        lambda x: ops.accurate_cumsum(x, 1),
        lambda x: ops.pairwise_sum(x, (0, 1)),
        lambda x: ops.dot2(x, x.sin()),
    ],
)
def test_gradients(f) -> None:
    x = torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    assert gradcheck(f, x) and gradgradcheck(f, x)
    assert torch.allclose(torch.vmap(f)(x.detach().expand(2, 3, 5))[1], f(x.detach()))
    with pytest.raises(TypeError, match="needs float64"):
        f(torch.ones(2, 2, dtype=torch.int32))


@settings(deadline=None, max_examples=40)
@given(st.lists(numbers, min_size=1, max_size=4))
def test_running_statistics_match_one_pass(batches: list[list[float]]) -> None:
    stats = ops.RunningMeanVar()
    for batch in batches:
        stats.update(torch.tensor(batch))
    flat = torch.tensor([x for batch in batches for x in batch]).double()
    scale = flat.abs().max().item() + 1e-30
    assert stats.count == len(flat)
    assert stats.mean == pytest.approx(flat.mean().item(), abs=1e-12 * scale)
    if len(flat) > 1:
        assert stats.var == pytest.approx(flat.var().item(), rel=1e-9, abs=1e-12 * scale**2)
    else:
        assert math.isnan(stats.var)


def qkv(n: int = 4, m: int = 6, d: int = 8, dtype: torch.dtype = torch.float64) -> list[torch.Tensor]:
    g = torch.Generator().manual_seed(1)
    return [torch.randn(2, s, d, generator=g, dtype=torch.float64).to(dtype) for s in (n, m, m)]


def test_attention_agrees_with_torch_on_easy_data() -> None:
    q, k, v = qkv()
    mask = torch.rand(4, 6, generator=torch.Generator().manual_seed(2)) > 0.3
    mask[:, 0] = True
    assert torch.allclose(ops.attention(q, k, v), F.scaled_dot_product_attention(q, k, v))
    assert torch.allclose(
        ops.attention(q, k, v, mask), F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    )
    square = qkv(6)
    assert torch.allclose(
        ops.attention(*square, causal=True), F.scaled_dot_product_attention(*square, is_causal=True)
    )
    assert ops.attention(*qkv(dtype=torch.float16)).dtype == torch.float16


def test_attention_of_an_empty_row_is_zero_with_gradient_zero() -> None:
    q, k, v = (t.requires_grad_() for t in qkv(d=2))
    mask = torch.ones(4, 6, dtype=torch.bool)
    mask[1] = False
    out = ops.attention(q, k, v, mask, softcap=5.0)
    assert (out[:, 1] == 0).all()
    assert all(g.isfinite().all() for g in torch.autograd.grad(out.sum(), (q, k, v)))
    assert gradcheck(lambda *a: ops.attention(*a, mask), (q, k, v))
    assert gradgradcheck(lambda *a: ops.attention(*a, mask), (q, k, v))
    assert (ops.attention(*qkv(8, 6), causal=True)[:, :2] == 0).all()


def test_attention_survives_scores_beyond_the_format() -> None:
    big = torch.full((1, 1, 1, 4), 1e20), torch.full((1, 1, 2, 4), 1e20), torch.tensor([[[[1.0], [3.0]]]])
    assert ops.attention(*big).item() == 2
    half = [t.half() for t in (torch.full((1, 4), 200.0), torch.full((2, 4), 200.0), torch.ones(2, 4))]
    assert ops.attention(*half, scale=1.0).isfinite().all()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert ops.attention(*qkv(dtype=torch.float32)).dtype == torch.float32


def test_mask_constants_and_qk() -> None:
    for dtype in (torch.float64, torch.float32, torch.bfloat16, torch.float16):
        c = torch.tensor(ops.mask_constant(dtype), dtype=dtype)
        assert (c + c).isfinite()
        assert torch.softmax(torch.stack([c, torch.zeros((), dtype=dtype)]), 0)[0] == 0
    q, k = ops.qk_norm(torch.randn(5, 16) * 1e25, torch.randn(5, 16))
    assert (q @ k.T / 4).abs().max() <= 4 + 1e-5
    w = torch.ones(2, 2)
    assert ops.qk_clip_(w, torch.ones(2, 2), 50.0) == 1 and w[0, 0] == 1
    assert math.isnan(ops.qk_clip_(w, w, math.inf)) and w[0, 0] == 1
    with pytest.raises(TypeError, match="boolean mask"):
        ops.attention(*qkv(), torch.zeros(4, 6))
    with pytest.raises(ValueError, match="do not fit"):
        ops.attention(torch.ones(2, 3), torch.ones(2, 4), torch.ones(2, 4))
