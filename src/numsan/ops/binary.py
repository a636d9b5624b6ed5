"""Losses of a yes and a no: from logits, probabilities or log-probabilities; overlap losses for masks."""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor

from numsan.ops._pointwise import Two, accumulator, pointwise, together, wide
from numsan.ops._select import where
from numsan.ops.activations import sigmoid
from numsan.ops.classification import Reduction, reduce
from numsan.ops.logspace import log1mexp, log1pexp


def _product(weight: Tensor, x: Tensor) -> Tensor:
    """weight * x where weight 0 silences x."""
    return where(weight == 0, 0.0, weight * x)


def _bce(x: Tensor, y: Tensor) -> Tensor:
    return _product(y, log1pexp(-x)) + _product(1 - y, log1pexp(x))


def _bce_slope(x: Tensor, y: Tensor) -> Tensor:
    # sigma(x) - y without the difference for hard labels, where it cancels.
    return (1 - y) * sigmoid(x) - y * sigmoid(-x)


_bce_op = pointwise("bce_with_logits", _bce, _bce_slope, lambda x, y: -x)


def bce_with_logits(
    logits: Tensor, target: Tensor, *, pos_weight: Tensor | float | None = None, reduction: Reduction = "mean"
) -> Tensor:
    r"""y softplus(-x) + (1 - y) softplus(x), in float32; slope (1 - y) sigma(x) - y sigma(-x).

    `F.binary_cross_entropy_with_logits` gives 0 at (-20, 0) instead of 2e-9 with gradient 0 at (20, 1), and
    NaN at (inf, 1). Specials: (inf, 1) and (-inf, 0) -> 0; (-inf, 1) -> inf with slope -1.

    >>> bce_with_logits(torch.tensor([-20.0]), torch.tensor([0.0])).item()
    2.061153...e-09
    """
    x, y = (wide(t) for t in together("bce_with_logits", logits, target))
    if pos_weight is None:
        losses = _bce_op(x, y)
    else:
        w = pos_weight if isinstance(pos_weight, Tensor) else x.new_tensor(pos_weight)
        losses = w * y * _bce_op(x, torch.ones_like(y)) + (1 - y) * _bce_op(x, torch.zeros_like(y))
    return reduce("bce_with_logits", losses, reduction)


_special_xlog1py = cast(Two, cast(Any, torch.special).xlog1py)


def _bce_probs(p: Tensor, y: Tensor) -> Tensor:
    return where((p < 0) | (p > 1), torch.nan, -(torch.xlogy(y, p) + _special_xlog1py(1 - y, -p)))


def _bce_probs_slope(p: Tensor, y: Tensor) -> Tensor:
    # The sum of the sides, each silent where its weight is 0: 0/0 never appears.
    yes = where(y == 0, 0.0, y / where(y == 0, 1.0, p))
    no = where(y == 1, 0.0, (1 - y) / where(y == 1, 1.0, 1 - p))
    return no - yes


_bce_probs_op = pointwise(
    "bce_from_probs", _bce_probs, _bce_probs_slope, lambda p, y: torch.log1p(-p) - torch.log(p), pole=True
)


def bce_from_probs(p: Tensor, target: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    r"""-y log p - (1 - y) log(1 - p), exact: inf at p = 0 for y = 1, no clamp; in float32.

    `F.binary_cross_entropy` clamps the logarithm at -100, so that its gradient vanishes: -2e-10 for
    sigmoid(-50). If the logits are at hand use `bce_with_logits`, if the log-probabilities are,
    `bce_from_log_probs`.

    >>> bce_from_probs(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 1.0]), reduction="none").tolist()
    [inf, -0.0]
    """
    q, y = (wide(t) for t in together("bce_from_probs", p, target))
    return reduce("bce_from_probs", _bce_probs_op(q, y), reduction)


def bce_from_log_probs(log_p: Tensor, target: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    r"""-y log p - (1 - y) log(1 - p) from log p <= 0, resolving p near 0 and near 1; in float32.

    >>> bce_from_log_probs(torch.tensor([-1e-10]), torch.tensor([0.0])).item()
    23.02585...
    """
    q, y = (wide(t) for t in together("bce_from_log_probs", log_p, target))
    yes = torch.where(y == 0, 0.0, y * torch.where(y == 0, -1.0, q))
    no = torch.where(y == 1, 0.0, (1 - y) * log1mexp(torch.where(y == 1, -1.0, q)))
    return reduce("bce_from_log_probs", torch.where(q > 0, torch.nan, -(yes + no)), reduction)


def soft_margin_loss(x: Tensor, target: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    r"""log(1 + exp(-y x)) for y = +-1, in float32.

    `F.soft_margin_loss(100, -1)` is inf with a NaN gradient.
    >>> soft_margin_loss(torch.tensor([100.0]), torch.tensor([-1.0])).item()
    100.0
    """
    z, y = (wide(t) for t in together("soft_margin_loss", x, target))
    return reduce("soft_margin_loss", log1pexp(-y * z), reduction)


def _overlap(
    name: str, p: Tensor, target: Tensor, dim: int | tuple[int, ...] | None
) -> tuple[Tensor, Tensor]:
    q, y = (wide(t) for t in together(name, p, target))
    at = tuple(range(q.ndim)) if dim is None else dim
    acc = accumulator(q)
    return (q * y).sum(at, dtype=acc), (q + y).sum(at, dtype=acc)


def dice_loss(p: Tensor, target: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    r"""1 - 2 sum(p y)/(sum p + sum y) over `dim` (all); 0 with gradient 0 if both masks are empty. In
    float32.

    0/0 for two empty masks, and in float16 the sums overflow at 65504 pixels; a smoothing constant hides both
    by changing the loss.

    >>> dice_loss(torch.zeros(4), torch.zeros(4)).item(), dice_loss(torch.ones(4), torch.ones(4)).item()
    (0.0, 0.0)
    """
    both, total = _overlap("dice_loss", p, target, dim)
    empty = total == 0
    return torch.where(empty, 0.0, 1 - 2 * both / torch.where(empty, 1.0, total)).to(wide(p).dtype)


def iou_loss(p: Tensor, target: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    r"""1 - sum(p y)/(sum p + sum y - sum(p y)) over `dim` (all); 0 with gradient 0 if both masks are empty.

    >>> iou_loss(torch.tensor([1.0, 1.0]), torch.tensor([1.0, 0.0])).item()
    0.5
    """
    both, total = _overlap("iou_loss", p, target, dim)
    union = total - both
    empty = union == 0
    return torch.where(empty, 0.0, 1 - both / torch.where(empty, 1.0, union)).to(wide(p).dtype)


def gan_loss(logits: Tensor, real: bool, *, reduction: Reduction = "mean") -> Tensor:
    r"""The non-saturating GAN loss -log sigma(+-x), in float32: real -> softplus(-x), fake -> softplus(x).

    The generator minimises gan_loss(D(G(z)), real=True): log(1 - sigmoid(x)) would have gradient 0 where the
    discriminator is sure, and -log(sigmoid(x)) is inf there. Reference: Goodfellow et al. 2014.

    >>> gan_loss(torch.tensor([-200.0]), real=True).item()
    200.0
    """
    (x,) = together("gan_loss", logits)
    return reduce("gan_loss", log1pexp(-wide(x) if real else wide(x)), reduction)


def least_squares_gan_loss(scores: Tensor, real: bool, *, reduction: Reduction = "mean") -> Tensor:
    r"""(x - 1)^2 for real, x^2 for fake, squared in float32: float16 overflows at 256. Mao et al. 2017.

    >>> least_squares_gan_loss(torch.tensor([300.0], dtype=torch.float16), real=False).item()
    90000.0
    """
    (x,) = together("least_squares_gan_loss", scores)
    return reduce("least_squares_gan_loss", (wide(x) - float(real)).square(), reduction)
