"""Arguments that would give a silent wrong number are refused, or give NaN where only the data tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from numsan import ops

X = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
W = torch.randn(5, 4, generator=torch.Generator().manual_seed(1))
LABELS = torch.tensor([0, 1, 2])
BYTES = torch.full((3, 4), 2, dtype=torch.uint8)


@pytest.mark.parametrize(
    "call",
    [
        lambda mask: ops.softmax(X, 1, mask=mask),
        lambda mask: ops.log_softmax(X, 1, mask=mask),
        lambda mask: ops.logsumexp(X, 1, mask=mask),
        lambda mask: ops.logsumexp_signed(X, X, 1, mask=mask),
        lambda mask: ops.logmeanexp(X, 1, mask=mask),
        lambda mask: ops.entropy(X, mask=mask),
        lambda mask: ops.masked_mean(X, mask, 1),
        lambda mask: ops.masked_var(X, mask, 1),
        lambda mask: ops.softmax_pool(X, X, 1, mask),
    ],
)
@pytest.mark.parametrize("mask", [BYTES, BYTES.long(), BYTES.float()])
def test_a_mask_of_numbers(call: Callable[[Any], Any], mask: torch.Tensor) -> None:
    with pytest.raises(TypeError, match="a mask is a boolean tensor"):
        call(mask)


REFUSED = [
    (lambda: ops.cross_entropy(X, torch.tensor([True, False, True])), TypeError, r"needs class indices"),
    (lambda: ops.cross_entropy(X, X.to(torch.complex64)), TypeError, "needs class indices"),
    (lambda: ops.cross_entropy(X, LABELS, weight=torch.ones(3)), ValueError, r"shape \(3,\), there are 4"),
    (lambda: ops.cross_entropy(X, LABELS, label_smoothing=-0.1), ValueError, "0 <= label_smoothing <= 1"),
    (lambda: ops.cross_entropy(X, torch.tensor([0, 1, 4])), RuntimeError, "out of bounds"),
    (lambda: ops.linear_cross_entropy(X, W, LABELS, label_smoothing=2.0), ValueError, "label_smoothing"),
    (lambda: ops.linear_cross_entropy(X, W, LABELS.float()), ValueError, "needs class indices"),
    (lambda: ops.linear_cross_entropy(X, W, LABELS, reduction="max"), ValueError, "mean, sum or none"),
    (lambda: ops.linear_cross_entropy(X, W, LABELS, chunk=-2), ValueError, "positive chunk=-2"),
    (lambda: ops.linear_cross_entropy(X, W, LABELS, tile=(2, 0)), ValueError, r"tile=\(2, 0\)"),
    (lambda: ops.linear_cross_entropy(X, W, LABELS, softcap=-1.0), ValueError, "softcap=-1.0"),
    (lambda: ops.focal_loss(X, X, alpha=2.0), ValueError, "alpha=2.0"),
    (lambda: ops.layer_norm(X, 4, eps=-1.0), ValueError, "eps=-1.0 >= 0"),
    (lambda: ops.rms_norm(X, 4, eps=-1.0), ValueError, "eps=-1.0 >= 0"),
    (lambda: ops.group_norm(X, 2, eps=-1.0), ValueError, "eps=-1.0 >= 0"),
    (lambda: ops.batch_norm(X, None, None, training=True, eps=-1.0), ValueError, "eps=-1.0 >= 0"),
    (lambda: ops.standardize(X, eps=-1.0), ValueError, "eps=-1.0 >= 0"),
    (lambda: ops.normalize(X, eps=-1.0), ValueError, "eps=-1.0 >= 0"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "words"), REFUSED)
def test_refused(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("p", [-0.5, 1.5])
@pytest.mark.parametrize("label", [0.0, 1.0])
def test_no_probability_has_no_loss(p: float, label: float) -> None:
    assert ops.bce_from_probs(torch.tensor([p]), torch.tensor([label])).isnan()
    assert ops.bce_from_log_probs(torch.tensor([abs(p)]), torch.tensor([label])).isnan()
