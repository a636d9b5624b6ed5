"""Softmax and its kin on whole rows: in eager mode on the CPU with a look at the data, elsewhere without."""

from __future__ import annotations

from torch import Tensor

from numsan.ops import entropies, hard_labels, shares, traced_entropy, traced_shares
from numsan.ops.shares import Dims, usable


def softmax(x: Tensor, at: Dims) -> Tensor:
    return shares.softmax(x, at) if usable(x) else traced_shares.softmax(x, at)


def log_softmax(x: Tensor, at: Dims) -> Tensor:
    return shares.log_softmax(x, at) if usable(x) else traced_shares.log_softmax(x, at)


def log_sum_exp(x: Tensor, at: Dims) -> Tensor:
    """Over the dimensions, kept."""
    return shares.log_sum_exp(x, at) if usable(x) else traced_shares.log_sum_exp(x, at)


def log_mean_exp(x: Tensor, at: Dims, count: Tensor) -> Tensor:
    """Over the dimensions, kept; what is not counted is -inf."""
    form = shares.log_mean_exp if usable(x) else traced_shares.log_mean_exp
    return form(x, at, count)


def entropy(x: Tensor, at: Dims) -> Tensor:
    """Of softmax(x), kept."""
    return entropies.entropy(x, at) if usable(x) else traced_entropy.entropy(x, at)


def hard_label_loss(x: Tensor, target: Tensor) -> Tensor:
    """-log softmax(x)_t along dimension 1."""
    form = hard_labels.hard_label_loss if usable(x) else traced_shares.hard_label_loss
    return form(x, target)
