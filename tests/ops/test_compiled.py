"""What inductor makes of the forms written for it: special values and accuracy in float32, rows against eager."""

from __future__ import annotations

import math

import pytest
import torch
from ops_accuracy import errors
from ops_cases import CASES, ROW_CASES
from ops_harness import Error
from torch import Tensor

from numsan import ops
from numsan.ops import entropies, hard_labels, normalized, shares, traced_entropy, traced_shares

INF = math.inf
# ulp that a compiled form may add to the target
WIDER = 2.0
POINTWISE = [
    "atan2",
    "cosh",
    "erf",
    "erfc",
    "erfcx",
    "exprel",
    "gelu",
    "log1mexp",
    "log1pmx",
    "log1psquare",
    "log_mix",
    "log_ndtr",
    "logsubexp",
    "ndtr",
    "sinc",
    "sinh",
    "softplus_inverse",
    "sqrt1pm1",
]
ROWS = [
    "angle_between",
    "layer_norm",
    "rms_norm",
    "standardize",
    "safe_norm",
    "normalize",
    "cosine_similarity",
    "var",
    "std",
]
LOGITS = torch.tensor(
    [
        [INF, INF, 0.0],
        [-INF, -INF, -INF],
        [-INF, 0.0, 1.0],
        [2.0, -3.0, 0.5],
        [math.nan, 0.0, 1.0],
        [9e3, 9e3, -INF],
    ]
)
LABELS = torch.tensor([0, 0, 1, 0, 1, 0])
PAIRS = {
    "softmax": (lambda x: shares.softmax(x, (1,)), lambda x: traced_shares.softmax(x, (1,))),
    "log_softmax": (lambda x: shares.log_softmax(x, (1,)), lambda x: traced_shares.log_softmax(x, (1,))),
    "log_sum_exp": (lambda x: shares.log_sum_exp(x, (1,)), lambda x: traced_shares.log_sum_exp(x, (1,))),
    "entropy": (lambda x: entropies.entropy(x, (1,)), lambda x: traced_entropy.entropy(x, (1,))),
    "hard_labels": (
        lambda x: hard_labels.hard_label_loss(x, LABELS),
        lambda x: traced_shares.hard_label_loss(x, LABELS),
    ),
    "log_mean_exp": (
        lambda x: shares.log_mean_exp(x, (1,), torch.full((6, 1), 3.0)),
        lambda x: traced_shares.log_mean_exp(x, (1,), torch.full((6, 1), 3.0)),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_rows_without_a_look_at_the_data_are_those_with_one(name: str) -> None:
    results: list[Tensor] = []
    for form in PAIRS[name]:
        x = LOGITS.clone().requires_grad_()
        y = form(x)
        results += [y.detach(), *torch.autograd.grad(y, x, torch.full_like(y, 0.5))]
    value, slope, traced_value, traced_slope = results
    assert torch.allclose(value, traced_value, rtol=1e-6, equal_nan=True)
    # the loss of a row with two infinities has no slope to speak of in eager mode
    assert torch.allclose(slope[1:], traced_slope[1:], rtol=1e-6, atol=1e-7, equal_nan=True)


@pytest.mark.parametrize("name", PAIRS)
def test_rows_without_a_look_at_the_data_have_derivatives_of_any_order(name: str) -> None:
    x = torch.randn(6, 3, generator=torch.Generator().manual_seed(2)).double().requires_grad_()
    assert torch.autograd.gradcheck(PAIRS[name][1], x)
    assert torch.autograd.gradgradcheck(PAIRS[name][1], x)


@pytest.mark.parametrize("centre", [True, False])
def test_normalised_rows_have_derivatives_of_any_order(centre: bool) -> None:
    x = torch.randn(3, 5, generator=torch.Generator().manual_seed(2)).double().requires_grad_()
    other = torch.randn(3, 5, generator=torch.Generator().manual_seed(4)).double()
    for form in (
        lambda x: normalized.normalized(x, (1,), 0.01, centre),
        lambda x: normalized.variance_sum(x, (1,))[0],
        lambda x: normalized.unit(x, (1,)),
        lambda x: normalized.angle(x, other, (1,)),
        lambda x: normalized.angle(other, x, (1,)),
    ):
        assert torch.autograd.gradcheck(form, x)
        assert torch.autograd.gradgradcheck(form, x)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*POINTWISE, *ROWS])
def test_accuracy(name: str) -> None:
    case = next(c for c in (*CASES, *ROW_CASES) if c.name == name)
    value, slopes = errors(case, torch.float32, 400, 3, compiled=True)

    def check(error: Error, target: float) -> None:
        assert error.wrong_nonfinite == 0, error
        assert error.worst <= target + WIDER, error

    check(value, case.target[0])
    for slope in slopes:
        check(slope, case.target[1])


@pytest.mark.slow
def test_a_constant_row_is_exactly_0() -> None:
    torch.compiler.reset()
    compiled = torch.compile(lambda x: ops.standardize(x, 1))
    x = torch.tensor([12345.678, 1e-30, 3e38, -0.1]).unsqueeze(1).expand(4, 1003).clone().requires_grad_()
    y = compiled(x)
    assert not y.any() and not torch.autograd.grad(y.sum(), x)[0].any()
