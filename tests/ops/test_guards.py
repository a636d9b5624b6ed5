"""Guards: value and gradient at the forbidden point, ordinary derivatives elsewhere, refusals."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from numsan import ops

INF, NAN = math.inf, math.nan


def grads(f, *xs: list[float]) -> list[list[float]]:
    leaves = [torch.tensor(x, requires_grad=True) for x in xs]
    return [g.tolist() for g in torch.autograd.grad(f(*leaves).sum(), leaves)]


def positive() -> Tensor:
    return torch.tensor([0.3, 1.0, 2.5], dtype=torch.float64, requires_grad=True)


GUARDS = [
    lambda x: ops.safe_where(x > 0.5, torch.log, x, lambda t: t.square()),
    ops.safe_sqrt,
    ops.safe_log,
    lambda x: ops.safe_div(2.0, x),
    lambda x: ops.safe_div(x, x.flip(0)),
    lambda x: ops.safe_pow(x, 0.3),
    lambda x: ops.safe_pow(x, x.flip(0)),
    lambda x: ops.mul_no_nan(x, x.flip(0)),
]


@pytest.mark.parametrize("f", GUARDS)
def test_ordinary_derivatives_vmap_compile(f) -> None:
    assert gradcheck(f, positive())
    assert gradgradcheck(f, positive())
    x = positive()
    assert torch.equal(torch.vmap(f)(x.detach().expand(2, 3))[0], f(x.detach()))
    compiled = torch.compile(f, fullgraph=True, backend="aot_eager")
    assert torch.equal(torch.autograd.grad(compiled(x).sum(), x)[0], torch.autograd.grad(f(x).sum(), x)[0])
    assert torch.compile(f, backend="aot_eager")(x.detach().bfloat16()).dtype == torch.bfloat16


def test_gradients_at_the_forbidden_point() -> None:
    assert grads(ops.safe_sqrt, [0.0, 4.0]) == [[0.0, 0.25]]
    assert grads(ops.safe_log, [0.0, 2.0]) == [[0.0, 0.5]]
    assert grads(ops.safe_div, [1.0, 1.0], [0.0, 2.0]) == [[0.0, 0.5], [0.0, -0.25]]
    assert grads(lambda x: ops.safe_pow(x, 0.5), [0.0, 4.0]) == [[0.0, 0.25]]
    assert grads(lambda p: ops.safe_pow(0.0, p), [0.5, 2.0]) == [[0.0, 0.0]]
    assert grads(ops.mul_no_nan, [0.0, 2.0], [INF, 3.0]) == [[0.0, 3.0], [0.0, 2.0]]
    assert grads(lambda x: ops.safe_where(x != 0, lambda t: torch.sin(t) / t, x, 1.0), [0.0]) == [[0.0]]


def test_values_at_the_forbidden_point() -> None:
    assert ops.safe_sqrt(torch.tensor([0.0, -1.0, INF])).nan_to_num(-7).tolist()[:2] == [0.0, -7.0]
    assert ops.safe_log(torch.tensor(0.0)).item() == pytest.approx(-87.3365, abs=1e-3)
    assert ops.safe_log(torch.tensor(0.0, dtype=torch.float16)).item() == pytest.approx(-9.704, abs=0.01)
    assert ops.safe_log(torch.tensor(0.0), at_zero=-5.0).item() == -5.0
    assert ops.safe_log(torch.tensor(-1.0)).isnan()
    assert ops.safe_div(torch.tensor([1.0, 0.0, 3.0]), torch.tensor([0.0, 0.0, 2.0]), 9.0).tolist() == [
        9,
        9,
        1.5,
    ]
    assert ops.mul_no_nan(torch.tensor([0.0, NAN, INF]), torch.tensor([NAN, 0.0, 2.0])).tolist() == [
        0,
        0,
        INF,
    ]
    assert ops.safe_pow(torch.tensor([0.0, -2.0]), torch.tensor([0.0, 3.0])).tolist() == [1.0, -8.0]


def test_clamp_keeps_the_gradient() -> None:
    x = torch.tensor([-5.0, 0.5, 9.0], requires_grad=True)
    y = ops.clamp_keep_gradient(x, 0.0, 1.0)
    assert y.tolist() == [0.0, 0.5, 1.0]
    assert torch.autograd.grad(y.sum(), x)[0].tolist() == [1.0, 1.0, 1.0]
    assert ops.clamp_keep_gradient(torch.tensor([INF, NAN]), max=2.0)[0] == 2.0
    with pytest.raises(ValueError, match="min <= max"):
        ops.clamp_keep_gradient(x, 2.0, 1.0)
    with pytest.raises(ValueError, match="needs min or max"):
        ops.clamp_keep_gradient(x)


def test_eps_for() -> None:
    for dtype in (torch.float64, torch.float32, torch.bfloat16, torch.float16):
        eps = torch.tensor(ops.eps_for(dtype), dtype=dtype)
        assert torch.ones((), dtype=dtype) + eps > 1
        assert ops.eps_for(dtype, 1e-300) >= torch.finfo(dtype).smallest_normal
    with pytest.raises(ValueError, match="scale=-1"):
        ops.eps_for(torch.float32, -1)
    with pytest.raises(TypeError, match="floating-point"):
        ops.eps_for(torch.int32)


@pytest.mark.parametrize("f", GUARDS[1:])
def test_refuses_integers_and_complex(f) -> None:
    for dtype in (torch.int64, torch.complex64):
        with pytest.raises(TypeError, match="needs float64"):
            f(torch.ones(3, dtype=dtype))


def test_condition_must_be_boolean() -> None:
    with pytest.raises(TypeError, match="boolean condition"):
        ops.safe_where(torch.ones(2), torch.sqrt, torch.ones(2))
