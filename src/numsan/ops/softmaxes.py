"""Softmax and its logarithm with masks that may hide a whole row."""

from __future__ import annotations

import torch
from torch import Tensor

from numsan.ops import row_forms
from numsan.ops._pointwise import floating, wide
from numsan.ops.activations import tanh
from numsan.ops.logreduce import dims, hidden


def softmax(x: Tensor, dim: int, *, mask: Tensor | None = None) -> Tensor:
    r"""exp(x) / sum exp(x) along `dim` over the elements where `mask` is True; a row with nothing left is all
    0.

    `torch.softmax` gives NaN for a row of -inf (padding, causal masks of length 0), value and gradient, and
    rounds the row sums of half formats to 0.96..1.04 when written with `logsumexp`. Half formats run in
    float32. Specials: all -inf -> 0 with slope 0; +inf -> shared equally by the infinities.
    Under torch.compile shares below e^-16 are right to 2^-24 |x - max| (0.6 ulp per unit of the distance).

    >>> softmax(torch.tensor([[-torch.inf, -torch.inf], [0.0, -torch.inf]]), -1).tolist()
    [[0.0, 0.0], [1.0, 0.0]]
    """
    at = dims(floating("softmax", x), dim)
    if not x.numel() or not x.ndim:
        return torch.ones_like(x)
    return row_forms.softmax(hidden(wide(x), mask), at).to(x.dtype)


def log_softmax(x: Tensor, dim: int, *, mask: Tensor | None = None) -> Tensor:
    r"""x - logsumexp(x) along `dim` over the elements where `mask` is True; -inf for all others and for empty
    rows.

    $x-m-\log\sum e^{x-m}$: the maximum leaves before the rounding. Half formats run in float32.
    Specials: an empty row -> -inf with slopes 0, where `torch.log_softmax` has NaN.
    Under torch.compile a log-probability above -1e-16 is 0, and slopes are those of `softmax` there.

    >>> log_softmax(torch.tensor([0.0, 0.0, 7.0]), -1, mask=torch.tensor([True, True, False])).tolist()
    [-0.6931471824645996, -0.6931471824645996, -inf]
    """
    at = dims(floating("log_softmax", x), dim)
    return row_forms.log_softmax(hidden(wide(x), mask), at).to(x.dtype) if x.numel() else x.clone()


def soft_cap(x: Tensor, cap: float) -> Tensor:
    r"""cap tanh(x / cap): logits or scores bounded by +-cap; slope sech^2, not 1 - tanh^2.

    >>> soft_cap(torch.tensor([1.0, 1e6]), 30.0).tolist()
    [0.9996297..., 30.0]
    """
    if not cap > 0:
        raise ValueError(f"soft_cap needs {cap=} > 0")
    return (cap * tanh(wide(floating("soft_cap", x)) / cap)).to(x.dtype)
