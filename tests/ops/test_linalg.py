"""Eigenvector gradients: torch's where they exist, finite and right for invariant losses where they do
not."""

from __future__ import annotations

import torch
from torch.autograd import gradcheck

from numsan import ops


def symmetric(seed: int, n: int = 4) -> torch.Tensor:
    x = torch.randn(n, n, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return x + x.T


def test_gradients_of_simple_spectra_are_torchs() -> None:
    a = symmetric(0).requires_grad_()
    w = symmetric(1)
    for ours, torchs in (
        (
            lambda a: ops.safe_eigh(a)[1].square() @ w + ops.safe_eigh(a)[0],
            lambda a: torch.linalg.eigh(a)[1].square() @ w + torch.linalg.eigh(a)[0],
        ),
        (
            lambda a: ops.safe_svd(a)[0].square() @ w + ops.safe_svd(a)[1],
            lambda a: torch.linalg.svd(a)[0].square() @ w + torch.linalg.svd(a)[1],
        ),
    ):
        sym = lambda a, f=ours: f((a + a.T) / 2)  # noqa: E731
        assert gradcheck(sym, a)
        got = torch.autograd.grad(sym(a).sum(), a)[0]
        want = torch.autograd.grad(torchs((a + a.T) / 2).sum(), a)[0]
        assert torch.allclose(got, want)


def test_rectangular_svd() -> None:
    for shape in ((5, 3), (3, 5)):
        a = torch.randn(
            *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2), requires_grad=True
        )
        assert gradcheck(lambda a: (ops.safe_svd(a)[0] * ops.safe_svd(a)[1].sqrt()) @ ops.safe_svd(a)[2], a)


def test_invariant_losses_at_equal_values() -> None:
    a = torch.diag(torch.tensor([2.0, 2.0, 5.0], dtype=torch.float64)).requires_grad_()

    def projector(a: torch.Tensor) -> torch.Tensor:
        vectors = ops.safe_eigh((a + a.T) / 2)[1][:, :2]
        return vectors @ vectors.T

    assert gradcheck(projector, a)
    assert gradcheck(lambda a: ops.safe_eigh((a + a.T) / 2)[0].log().sum(), a)
    one = torch.eye(3, dtype=torch.float64, requires_grad=True)
    assert gradcheck(lambda a: ops.safe_svd(a)[1].square().sum(), one)
    for f in (lambda a: ops.safe_eigh(a)[1], lambda a: ops.safe_svd(a)[0]):
        weight = torch.arange(9.0, dtype=torch.float64).view(3, 3)
        assert torch.autograd.grad((f(one) * weight).sum(), one)[0].isfinite().all()
