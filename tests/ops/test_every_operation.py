"""Every public operation: derivatives of first and second order, vmap, compile, autocast, refusals."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from numsan import ops
from tests.ops.calls import CALLS, TOOLS, Call, arguments, first

every = pytest.mark.parametrize("name", CALLS)
# why there is no second derivative
FIRST_ORDER = {"safe_svd": "torch's own svd", "safe_eigh": "torch's own eigh"}
# why there is no vmap
NO_VMAP = {
    "safe_eigh": "batches by itself: (..., n, n)",
    "safe_svd": "batches by itself: (..., m, n)",
}


def leaves(call: Call, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    return [a.requires_grad_(k != "k") for a, k in zip(arguments(call, dtype), call.kinds, strict=True)]


def test_the_table_is_complete() -> None:
    assert set(CALLS) | TOOLS == set(ops.__all__)
    assert not set(CALLS) & TOOLS


@pytest.mark.slow
@every
def test_derivatives(name: str) -> None:
    call = CALLS[name]

    def f(*x: Tensor) -> Tensor:
        return first(call.f(*x))

    assert torch.autograd.gradcheck(f, leaves(call))
    if name not in FIRST_ORDER:
        assert torch.autograd.gradgradcheck(f, leaves(call))


@every
def test_vmap(name: str) -> None:
    call = CALLS[name]
    if name in NO_VMAP:
        pytest.skip(NO_VMAP[name])
    stacked = [torch.stack(pair) for pair in zip(arguments(call), arguments(call, seed=6), strict=True)]
    got = torch.vmap(lambda *x: first(call.f(*x)))(*stacked)
    want = torch.stack([first(call.f(*(s[i] for s in stacked))) for i in range(2)])
    assert torch.allclose(got, want, rtol=1e-11, atol=1e-13)


@pytest.mark.slow
@every
def test_compile(name: str) -> None:
    call = CALLS[name]
    torch.compiler.reset()
    compiled = torch.compile(lambda *x: first(call.f(*x)), fullgraph=True, backend="aot_eager")
    args = leaves(call)
    used = [a for a in args if a.requires_grad]
    got, want = compiled(*args), first(call.f(*args))
    assert torch.allclose(got, want, rtol=1e-11, atol=1e-13)
    for a, b in zip(*(torch.autograd.grad(y.sum(), used) for y in (got, want)), strict=True):
        assert torch.allclose(a, b, rtol=1e-10, atol=1e-12)


@every
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_autocast_and_half(name: str, dtype: torch.dtype) -> None:
    call = CALLS[name]
    if name in FIRST_ORDER:
        pytest.skip("torch has no decompositions in half formats")
    plain = first(call.f(*arguments(call, torch.float32)))
    with torch.autocast("cpu", dtype=dtype):
        assert torch.equal(first(call.f(*arguments(call, torch.float32))), plain)
    half = leaves(call, dtype)
    out = first(call.f(*half))
    exact = first(call.f(*(h.detach().double() for h in half)))
    eps = torch.finfo(dtype).eps
    assert torch.allclose(out.double(), exact, rtol=2 * eps, atol=2 * eps)
    for grad in torch.autograd.grad(out.sum(), [h for h in half if h.requires_grad]):
        assert grad.dtype == dtype and grad.isfinite().all()


@every
@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.complex64, torch.float8_e4m3fn])
def test_refuses_other_formats(name: str, dtype: torch.dtype) -> None:
    call = CALLS[name]
    with pytest.raises((TypeError, RuntimeError, NotImplementedError)):
        call.f(*(a.abs().ceil().to(dtype) for a in arguments(call)))


@every
def test_shapes_that_do_not_fit(name: str) -> None:
    call = CALLS[name]
    if len(call.kinds) < 2:
        pytest.skip("one argument")
    args = arguments(call)
    args[-1] = args[-1].repeat(2, *[1] * (args[-1].ndim - 1))[:5]
    args[-1] = torch.cat([args[-1], args[-1]], -1)
    with pytest.raises((RuntimeError, ValueError, IndexError)):
        call.f(*args)


@every
def test_nothing_gives_nothing_or_a_refusal(name: str) -> None:
    call = CALLS[name]
    try:
        out = first(call.f(*(a[:0] for a in arguments(call))))
    except (ValueError, RuntimeError, IndexError, TypeError) as refusal:
        assert str(refusal)
    else:
        assert out.numel() == 0 or out.isnan().all() or (out == 0).all()
