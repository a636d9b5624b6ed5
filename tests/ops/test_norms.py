"""Lengths, angles, distances, normalisation, statistics: against float64, at the edges, with derivatives."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as F

from numsan import ops

INF = math.inf
MASK = torch.tensor([[True, False, True, True], [False, False, False, False], [True] * 4])


def data(seed: int = 0, dtype: torch.dtype = torch.float64, rows: int = 3, columns: int = 4) -> Tensor:
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(
        dtype
    )


def grads(f, *xs: list) -> list:
    leaves = [torch.tensor(x, requires_grad=True) for x in xs]
    found = torch.autograd.grad(f(*leaves).sum(), leaves)
    return [g.tolist() for g in found]


ONE = {
    "safe_norm": lambda x: ops.safe_norm(x, 1),
    "normalize": ops.normalize,
    "renorm": lambda x: ops.renorm(x, 0, 1.0),
    "quaternion_log": ops.quaternion_log,
    "quaternion_exp": lambda x: ops.quaternion_exp(x[..., :3]),
    "layer_norm": lambda x: ops.layer_norm(x, 4),
    "rms_norm": lambda x: ops.rms_norm(x, 4, eps=1e-5),
    "group_norm": lambda x: ops.group_norm(x, 2),
    "batch_norm": lambda x: ops.batch_norm(x, None, None, training=True),
    "standardize": ops.standardize,
    "var": lambda x: ops.var(x, 1),
    "std": lambda x: ops.std(x),
    "corrcoef": lambda x: ops.corrcoef(x)[0, 1:],
    "masked_mean": lambda x: ops.masked_mean(x, MASK, 1),
    "masked_var": lambda x: ops.masked_var(x, MASK, 1, 1),
    "softmax_pool": lambda x: ops.softmax_pool(x, x.sin(), 1, MASK),
    "cosine_similarity": lambda x: ops.cosine_similarity(x, x.roll(1, 0)),
    "angle_between": lambda x: ops.angle_between(x, x.roll(1, 0)),
    "pairwise_distance": lambda x: ops.pairwise_distance(x, x.roll(1, 0)),
    "cdist": lambda x: ops.cdist(x, x.roll(1, 0)[:2] + 1),
}


@pytest.mark.parametrize("name", ONE)
def test_derivatives_compile_and_formats(name: str) -> None:
    f, x = ONE[name], data().requires_grad_()
    assert gradcheck(f, x)
    assert gradgradcheck(f, x)
    compiled = torch.compile(f, fullgraph=True, backend="aot_eager")
    assert torch.allclose(torch.autograd.grad(compiled(x).sum(), x)[0], torch.autograd.grad(f(x).sum(), x)[0])
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        y = f(x.detach().to(dtype))
        assert y.dtype == dtype
        assert torch.allclose(
            y.double(), f(x.detach().to(dtype).double()), rtol=2 * torch.finfo(dtype).eps, atol=1e-6
        )
    with pytest.raises(TypeError, match="needs float64"):
        f(torch.ones(3, 4, dtype=torch.int64))


@pytest.mark.parametrize(
    "name", [n for n in ONE if n not in ("batch_norm", "masked_mean", "masked_var", "softmax_pool")]
)
def test_vmap(name: str) -> None:
    f, batch = ONE[name], torch.stack([data(1), data(2)])
    assert torch.allclose(torch.vmap(f)(batch), torch.stack([f(batch[0]), f(batch[1])]), rtol=1e-13)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=8))
def test_norm_is_correctly_rounded_and_normalize_has_length_one(xs: list[float]) -> None:
    exact = math.hypot(*xs)
    got = ops.safe_norm(torch.tensor(xs)).item()
    if exact < 3.4e38:
        assert math.isclose(got, exact, rel_tol=1.2e-7, abs_tol=1.5e-45)
    if exact:
        unit = ops.normalize(torch.tensor(xs))
        assert unit.double().norm().item() == pytest.approx(1, abs=1e-6)
        assert -1 <= ops.cosine_similarity(torch.tensor(xs), torch.tensor(xs)).item() <= 1


@settings(deadline=None, max_examples=60)
@given(st.floats(1e-6, 3.14159), st.floats(-8, 8), st.floats(-8, 8))
def test_angle_is_symmetric_and_accurate(angle: float, a: float, b: float) -> None:
    u = torch.tensor([1.0, 0.0], dtype=torch.float64) * 10**a
    v = torch.tensor([math.cos(angle), math.sin(angle)], dtype=torch.float64) * 10**b
    assert ops.angle_between(u, v).item() == pytest.approx(angle, rel=1e-9)
    assert ops.angle_between(u, v).item() == pytest.approx(ops.angle_between(v, u).item(), rel=1e-12)


def test_lengths_at_the_edges() -> None:
    assert grads(ops.safe_norm, [0.0, 0.0]) == [[0.0, 0.0]]
    assert grads(ops.safe_norm, [1e20, 1.0])[0] == pytest.approx([1.0, 1e-20])
    assert grads(ops.safe_norm, [3e-30, 4e-30])[0] == pytest.approx([0.6, 0.8])
    for scale in (1e300, 1e-300, 1e-318):
        x = torch.tensor([3 * scale, 4 * scale], dtype=torch.float64)
        assert ops.safe_norm(x).item() == pytest.approx(5 * scale, rel=1e-5)
        assert ops.normalize(x).tolist() == pytest.approx([0.6, 0.8], rel=1e-5)
    assert grads(ops.hypot, [0.0, 3e38], [0.0, 3e38]) == [pytest.approx([0, 0.5**0.5])] * 2
    assert grads(ops.normalize, [[0.0, 0.0], [3.0, 4.0]])[0][0] == [0.0, 0.0]
    assert ops.safe_norm(torch.zeros(2, 0), 1).tolist() == [0.0, 0.0]
    assert ops.safe_norm(torch.tensor([math.nan, 1.0])).isnan()


def test_angles_and_distances_where_vectors_meet() -> None:
    assert grads(ops.angle_between, [1.0, 0.0], [1.0, 0.0]) == [[0, 0], [0, 0]]
    assert ops.angle_between(torch.tensor([1.0, 0.0]), torch.tensor([1.0, 1e-4])).item() == pytest.approx(
        1e-4, rel=2e-7
    )
    assert grads(ops.pairwise_distance, [1.0, 2.0], [1.0, 2.0]) == [[0, 0], [0, 0]]
    x = data(0, torch.float32, 30, 64) + 100
    assert ops.cdist(x, x).diag().max() == 0
    exact = torch.cdist(x.double(), x.double(), compute_mode="donot_use_mm_for_euclid_dist")
    assert (ops.cdist(x, x).double() - exact).abs().max() < 1e-5
    many = data(1, torch.float32, 3000, 2)
    assert torch.allclose(
        ops.cdist(many, many), torch.cdist(many, many, compute_mode="donot_use_mm_for_euclid_dist")
    )
    with pytest.raises(ValueError, match=r"cdist needs \(\.\.\., n, d\)"):
        ops.cdist(torch.zeros(2, 3), torch.zeros(2, 4))


def test_quaternions_at_and_around_the_identity() -> None:
    for point in ([1.0, 0.0, 0.0, 0.0], [1.0, 1e-3, 0.0, 0.0], [-0.8, 0.6, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]):
        assert gradgradcheck(ops.quaternion_log, torch.tensor(point, dtype=torch.float64, requires_grad=True))
    v = data(3, torch.float64, 5, 3) * torch.tensor(
        [[1e-9], [1e-3], [0.05], [0.3], [0.6]], dtype=torch.float64
    )
    assert torch.allclose(ops.quaternion_log(ops.quaternion_exp(v)), v, rtol=1e-12)
    assert gradgradcheck(ops.quaternion_exp, torch.zeros(3, dtype=torch.float64, requires_grad=True))


@pytest.mark.parametrize("offset", [0.0, 1e4, 1e6])
def test_normalisation_at_any_offset(offset: float) -> None:
    x = data(4, torch.float32, 64, 256) + offset

    def exact(dim: int) -> Tensor:
        d = x.double() - x.double().mean(dim, keepdim=True)
        return d / (d.square().mean(dim, keepdim=True) + 1e-5).sqrt()

    assert (ops.layer_norm(x, 256).double() - exact(1)).abs().max() < 1e-6
    assert (ops.batch_norm(x, None, None, training=True).double() - exact(0)).abs().max() < 1e-6
    leaf, wide = x.clone().requires_grad_(), x.double().requires_grad_()
    weight = data(5, torch.float32, 64, 256)
    (got,) = torch.autograd.grad((ops.layer_norm(leaf, 256) * weight).sum(), leaf)
    (want,) = torch.autograd.grad((F.layer_norm(wide, (256,)) * weight.double()).sum(), wide)
    assert (got.double() - want).abs().max() < 2e-6


def test_normalisation_against_torch_on_easy_data() -> None:
    x, w, b = data(6, torch.float64, 4, 6), data(7, torch.float64, 1, 6)[0], data(8, torch.float64, 1, 6)[0]
    mean, var = torch.zeros(6, dtype=torch.float64), torch.ones(6, dtype=torch.float64)
    ours, torchs = (mean.clone(), var.clone()), (mean.clone(), var.clone())
    assert torch.allclose(ops.batch_norm(x, *ours, w, b, True), F.batch_norm(x, *torchs, w, b, True))
    assert torch.allclose(ours[0], torchs[0]) and torch.allclose(ours[1], torchs[1])
    assert torch.allclose(ops.batch_norm(x, *ours, w, b), F.batch_norm(x, *torchs, w, b))
    assert torch.allclose(ops.layer_norm(x, [6], w, b), F.layer_norm(x, (6,), w, b))
    assert torch.allclose(ops.rms_norm(x, 6, w), F.rms_norm(x, (6,), w))
    assert torch.allclose(ops.group_norm(x, 3, w, b), F.group_norm(x, 3, w, b))


def test_constant_features_are_exactly_zero() -> None:
    for value in (12345.678, 1e8, 1e30, 3e38):
        assert ops.batch_norm(torch.full((3, 1), value), None, None, training=True).abs().max() == 0
        assert ops.standardize(torch.full((7, 2), value)).abs().max() == 0
    assert grads(lambda x: ops.standardize(x), [[1.1], [1.1], [1.1]]) == [[[0.0]] * 3]
    assert grads(lambda x: ops.std(x), [1.1, 1.1, 1.1]) == [[0.0] * 3]


def test_variance() -> None:
    x = torch.tensor([1e8, 1e8 + 8, 1e8 + 16])
    assert ops.std(x).item() == 8 and ops.var(x).item() == 64
    assert ops.var(torch.tensor([1.0])).isnan()
    value, mean = ops.var_mean(data(9), 1, 0, True)
    want = torch.var_mean(data(9), 1, correction=0, keepdim=True)
    assert torch.allclose(value, want[0]) and torch.allclose(mean, want[1])
    assert ops.std(torch.tensor([3e38, -3e38])).isinf() or ops.std(torch.tensor([1e38, -1e38])).item() > 1e38


def test_groups_that_are_empty() -> None:
    x = data(10, torch.float32).requires_grad_()
    for f in (lambda x: ops.masked_mean(x, MASK, 1), lambda x: ops.masked_var(x, MASK, 1)):
        assert f(x)[1] == 0
        assert (torch.autograd.grad(f(x).sum(), x)[0][1] == 0).all()
    hidden = x.detach().masked_fill(~MASK, INF)
    assert torch.equal(ops.masked_mean(hidden, MASK, 1), ops.masked_mean(x, MASK, 1))
    assert ops.masked_mean(x, MASK, 1, empty=-1.0)[1] == -1


def test_refusals() -> None:
    for call, message in (
        (lambda: ops.normalize(torch.ones(2), eps=-1.0), "eps=-1"),
        (lambda: ops.layer_norm(torch.ones(2, 3), 2), "does not end the shape"),
        (lambda: ops.group_norm(torch.ones(2, 3), 2), "does not divide"),
        (lambda: ops.batch_norm(torch.ones(1, 3), None, None, training=True), "more than 1 value"),
        (lambda: ops.renorm(torch.ones(2, 3), 0, 0.0), "max_norm=0"),
        (lambda: ops.quaternion_log(torch.ones(3)), r"needs \(\.\.\., 4\)"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
