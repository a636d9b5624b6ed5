"""The focal loss: the form with a look at the data and the one without agree, and have derivatives of any order."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.autograd import gradgradcheck

from numsan.ops import focal

LOGITS = [-300.0, -88.0, -3.0, 0.0, 1e-8, 2.0, 50.0, 200.0]
LABELS = [0.0, 1.0, 0.3, 0.5, 1.0, 0.0, 0.2, 1.0]
GAMMAS = [0.5, 1.0, 1.5, 2.0]


def _looked(x: Tensor, y: Tensor, gamma: float) -> Tensor:
    return focal._eager(x, y, gamma, 0.25, 0.75)[0]


def _traced(x: Tensor, y: Tensor, gamma: float) -> Tensor:
    return focal._focal(x, y, gamma, 0.25, 0.75)


def _given() -> tuple[Tensor, Tensor]:
    return tuple(torch.tensor(t, dtype=torch.float64, requires_grad=True) for t in (LOGITS, LABELS))  # pyright: ignore[reportReturnType]


@pytest.mark.parametrize("gamma", GAMMAS)
def test_both_forms_agree(gamma: float) -> None:
    x, y = _given()
    one, other = (form(x, y, gamma) for form in (_looked, _traced))
    torch.testing.assert_close(one, other, rtol=1e-13, atol=0.0)
    slopes = [torch.autograd.grad(t.sum(), (x, y)) for t in (one, other)]
    torch.testing.assert_close(*slopes, rtol=1e-12, atol=0.0)


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("form", [_looked, _traced])
def test_second_derivatives(form, gamma: float) -> None:
    x = torch.linspace(-5, 5, 7, dtype=torch.float64, requires_grad=True)
    y = torch.linspace(0.1, 0.9, 7, dtype=torch.float64, requires_grad=True)
    assert gradgradcheck(lambda x, y: form(x, y, gamma), (x, y))
    x, y = _given()
    (slope,) = torch.autograd.grad(form(x, y, gamma).sum(), x, create_graph=True)
    assert torch.autograd.grad(slope.sum(), x)[0].isfinite().all()
