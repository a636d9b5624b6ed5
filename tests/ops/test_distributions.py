"""Densities with large parameters, tails and squashed normals against mpmath; diffusion schedules at their
ends."""

from __future__ import annotations

import math
import random

import mpmath as mp
import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from numsan import ops

INF = math.inf
mp.mp.dps = 60


def lg(x):
    return mp.loggamma(x)


def poisson(k, r):
    return k * mp.log(r) - r - lg(k + 1)


def binomial(k, n, p):
    return lg(n + 1) - lg(k + 1) - lg(n - k + 1) + k * mp.log(p) + (n - k) * mp.log1p(-p)


def negative_binomial(k, r, p):
    return lg(k + r) - lg(k + 1) - lg(r) + r * mp.log1p(-p) + k * mp.log(p)


def student(x, n):
    return lg((n + 1) / 2) - lg(n / 2) - mp.log(n * mp.pi) / 2 - (n + 1) / 2 * mp.log1p(x * x / n)


def beta(x, a, b):
    return (a - 1) * mp.log(x) + (b - 1) * mp.log1p(-x) - lg(a) - lg(b) + lg(a + b)


def size(rng: random.Random) -> float:
    return 10 ** rng.uniform(-3, 8)


def draws(name: str, rng: random.Random) -> tuple[float, ...]:
    a, b, p = size(rng), size(rng), rng.uniform(0.01, 0.99)
    near = 1 + rng.gauss(0, 1) * 10 ** rng.uniform(-6, -0.5)
    return {
        "poisson": (a * abs(near), a),
        "binomial": (a, a + b, min(a / (a + b), 0.9999)),
        "negative_binomial": (a, b, p),
        "student_t": (rng.gauss(0, 3), a),
        "beta": (min(max(a / (a + b) * abs(near), 1e-6), 0.999999), a, b),
        "log_beta": (a, b),
    }[name]


EXACT = {
    "poisson": (ops.poisson_log_prob, poisson),
    "binomial": (ops.binomial_log_prob, binomial),
    "negative_binomial": (ops.negative_binomial_log_prob, negative_binomial),
    "student_t": (ops.student_t_log_prob, student),
    "beta": (ops.beta_log_prob, beta),
    "log_beta": (ops.log_beta, lambda a, b: lg(a) + lg(b) - lg(a + b)),
}


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_log_probabilities_for_parameters_of_any_size(name: str, dtype: torch.dtype) -> None:
    ours, exact = EXACT[name]
    rng = random.Random(1)
    rows = [draws(name, rng) for _ in range(150)]
    columns = [torch.tensor(c, dtype=torch.float64).to(dtype) for c in zip(*rows, strict=True)]
    got = ours(*columns).double()
    eps = torch.finfo(dtype).eps
    for i, row in enumerate(zip(*(c.double().tolist() for c in columns), strict=True)):
        want = exact(*map(mp.mpf, row))
        bound = 2e-12 * max(map(abs, row)) ** 0.5 + 1e-13 if dtype == torch.float64 else 1e-6
        assert abs(got[i].item() - want) <= eps * abs(want) + bound, (row, got[i].item(), float(want))


@pytest.mark.parametrize("name", EXACT)
def test_derivatives(name: str) -> None:
    ours, _ = EXACT[name]
    rng = random.Random(3)
    rows = [draws(name, rng) for _ in range(40)]
    rows = [r for r in rows if all(0.05 < abs(v) < 60 for v in r)][:4]
    args = tuple(torch.tensor(c, dtype=torch.float64, requires_grad=True) for c in zip(*rows, strict=True))
    assert gradcheck(ours, args)
    assert gradgradcheck(ours, args)
    assert torch.allclose(torch.vmap(ours)(*(a.detach() for a in args)), ours(*args))
    if name == "log_beta":
        compiled = torch.compile(ours, backend="aot_eager")
        assert torch.allclose(compiled(*args), ours(*args))


def test_special_values_of_counts() -> None:
    assert ops.poisson_log_prob(torch.tensor([0.0, 0.0, 2.0, -1.0]), 3.0).tolist()[::3] == [-3.0, -INF]
    assert ops.poisson_log_prob(torch.tensor([0.0, 1.0]), 0.0).tolist() == [0.0, -INF]
    assert ops.poisson_log_prob(torch.tensor(1.0), -1.0).isnan()
    assert ops.binomial_log_prob(torch.tensor([0.0, 4.0, 5.0]), 4.0, 1.0).tolist() == [-INF, 0.0, -INF]
    assert ops.binomial_log_prob(torch.tensor(0.0), 4.0, 0.0).item() == 0
    assert ops.binomial_log_prob(torch.tensor(1.0), 4.0, 1.5).isnan()
    assert ops.negative_binomial_log_prob(torch.tensor([0.0, 1.0]), 2.0, 0.0).tolist() == [0.0, -INF]
    assert ops.beta_log_prob(torch.tensor(0.0), 1.0, 1.0).item() == pytest.approx(0, abs=1e-9)
    assert ops.beta_log_prob(torch.tensor([0.0, 2.0]), 0.5, 1.0).tolist() == [INF, -INF]
    assert ops.student_t_log_prob(torch.tensor(1.0), -1.0).isnan()
    r = torch.tensor([3.0, 2.0], requires_grad=True)
    (g,) = torch.autograd.grad(ops.poisson_log_prob(torch.tensor([0.0, 4.0]), r).sum(), r)
    assert g.tolist() == pytest.approx([-1.0, 1.0])
    p = torch.tensor([0.0, 1.0], requires_grad=True)
    (g,) = torch.autograd.grad(ops.bernoulli_log_prob(torch.tensor([0.0, 1.0]), p).sum(), p)
    assert g.tolist() == [-1.0, 1.0]
    assert ops.categorical_log_prob(torch.tensor([0, 1]), torch.tensor([[1e-10, 1.0]] * 2)).tolist()[
        0
    ] == pytest.approx(-23.02585)


def test_tails_and_intervals_of_the_normal() -> None:
    def exact(a: float, b: float) -> float:
        with mp.workdps(2000):
            return float(mp.log(mp.ncdf(b) - mp.ncdf(a)))

    for a, b in ((20.0, 21.0), (-21.0, -20.0), (-1.0, 1.0), (5.0, 5.001), (-30.0, 3.0), (8.0, 40.0)):
        got = ops.log_ndtr_difference(torch.tensor(a, dtype=torch.float64), b).item()
        assert got == pytest.approx(exact(a, b), rel=1e-9)
    assert ops.log_ndtr_difference(torch.tensor(1.0), 1.0).item() == -INF
    assert ops.log_ndtr_difference(torch.tensor(2.0), 1.0).isnan()
    assert ops.log_ndtr_difference(torch.tensor(-INF), INF).item() == 0
    x = torch.tensor([10.2, 9.0], dtype=torch.float64)
    value = ops.truncated_normal_log_prob(x, 0.0, 0.0, 10.0, 11.0)
    assert value[0].item() == pytest.approx(
        -(10.2**2) / 2 - 0.5 * math.log(2 * math.pi) - exact(10, 11), rel=1e-10
    )
    assert value[1].item() == -INF
    with pytest.raises(ValueError, match="low < high"):
        ops.truncated_normal_log_prob(x, 0.0, 0.0, 1.0, 1.0)
    assert ops.ndtri(ops.ndtr(torch.tensor([-5.0, 0.3]))).tolist() == pytest.approx([-5.0, 0.3], rel=1e-5)


SMOOTH = {
    "normal": lambda u: ops.normal_log_prob(u, 0.3, u.sin()),
    "tanh": lambda u: ops.tanh_normal_log_prob(u, 0.3, -0.5),
    "sigmoid": lambda u: ops.sigmoid_normal_log_prob(u, u.cos(), -0.5),
    "interval": lambda u: ops.log_ndtr_difference(u, u + 1),
    "truncated": lambda u: ops.truncated_normal_log_prob(u.tanh(), u.sin(), 0.2, -2.0, 3.0),
    "ndtri": lambda u: ops.ndtri(torch.sigmoid(u)),
    "bernoulli": lambda u: ops.bernoulli_log_prob(0.3, torch.sigmoid(u)),
    "categorical": lambda u: ops.categorical_log_prob(torch.tensor(1), torch.sigmoid(u)),
    "alpha": lambda u: ops.alpha_sigma(u)[0] + 2 * ops.alpha_sigma(u)[1],
    "cosine": lambda u: ops.cosine_log_snr(torch.sigmoid(u)),
    "betas": lambda u: ops.log_snr_from_betas(torch.sigmoid(u)),
    "zero": lambda u: ops.zero_terminal_snr(torch.sigmoid(u) / 2)[:-1],
    "v": lambda u: ops.v_target(u, u.sin(), u),
    "x0": lambda u: sum(ops.x0_and_noise(u.sin(), u, u, "noise")),
    "weight": lambda u: ops.min_snr_weight(u, 0.7, "v"),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_functions(name: str) -> None:
    u = torch.tensor([-1.3, -0.2, 0.4, 1.7], dtype=torch.float64, requires_grad=True)
    f = SMOOTH[name]
    assert gradcheck(f, u) and gradgradcheck(f, u)
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        if name != "categorical":
            assert f(u.detach().to(dtype)).dtype == dtype
    assert torch.allclose(torch.vmap(f)(u.detach().expand(2, 4))[0], f(u.detach()), rtol=1e-12)


def test_squashed_normals_against_mpmath() -> None:
    for u in (-30.0, -3.0, 1e-4, 8.0, 50.0):
        v = mp.mpf(u)
        base = -((v - 1) ** 2) / 2 - mp.log(2 * mp.pi) / 2
        got = ops.tanh_normal_log_prob(torch.tensor(u), 1.0, 0.0).item()
        assert got == pytest.approx(float(base + 2 * mp.log(mp.cosh(v))), rel=1e-6, abs=1e-6)
        got = ops.sigmoid_normal_log_prob(torch.tensor(u), 1.0, 0.0).item()
        assert got == pytest.approx(
            float(base + mp.log1p(mp.exp(v)) + mp.log1p(mp.exp(-v))), rel=1e-6, abs=1e-6
        )
    x = torch.tensor(10.0, requires_grad=True)
    assert torch.autograd.grad(ops.tanh_normal_log_prob(x, 10.0, 0.0), x)[0].item() == pytest.approx(2.0)


def test_schedules_at_their_ends() -> None:
    ends = torch.tensor([-INF, -1e4, 0.0, 1e4, INF])
    alpha, sigma = ops.alpha_sigma(ends)
    assert torch.allclose(alpha.square() + sigma.square(), torch.ones(5))
    assert ops.cosine_log_snr(torch.tensor([0.0, 1.0])).tolist() == [15.0, -15.0]
    betas = torch.linspace(1e-4, 0.02, 1000)
    exact = torch.logit(torch.cumprod(1 - betas.double(), 0))
    assert torch.allclose(ops.log_snr_from_betas(betas).double(), exact, rtol=1e-6, atol=1e-6)
    rescaled = ops.zero_terminal_snr(betas)
    assert rescaled[-1] == 1 and ops.log_snr_from_betas(rescaled)[-1] == -INF
    assert rescaled[0].item() == pytest.approx(1e-4, rel=1e-4)
    x0, noise = torch.randn(5, 3), torch.randn(5, 3)
    z = alpha[:, None] * x0 + sigma[:, None] * noise
    back = ops.x0_and_noise(ops.v_target(x0, noise, ends), z, ends)
    assert torch.allclose(back[0], x0, atol=1e-5) and torch.allclose(back[1], noise, atol=1e-5)
    for kind, want in (("noise", [1.0, 1.0, 1.0]), ("x0", [0.0, 1.0, 5.0]), ("v", [0.0, 0.5, 0.0])):
        got = ops.min_snr_weight(torch.tensor([-INF, 0.0, INF]), 5.0, kind).tolist()
        assert got[:2] == pytest.approx(want[:2]) and (got[2] == want[2] or kind == "noise")
    with pytest.raises(ValueError, match="kind='eps'"):
        ops.min_snr_weight(ends, kind="eps")
