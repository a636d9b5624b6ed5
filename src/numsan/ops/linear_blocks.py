"""Blocks of logits of a linear layer: one pass for the loss, and the gradient in place of the
probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Setting:
    """What the loss of one position is; `scale` already holds the reduction and what is ignored."""

    smoothing: float
    z_loss: float
    softcap: float | None

    def logits(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Logits of a block, and the slope of the cap."""
        z = x @ weight.T
        z = z if bias is None else z.add_(bias)
        if self.softcap is None:
            return z, None
        e = torch.exp(-2 * (z / self.softcap).abs())
        return z.div_(self.softcap).tanh_().mul_(self.softcap), 4 * e / (1 + e).square()


@dataclass(frozen=True, slots=True)
class Rows:
    """What is known of some rows after one pass over the classes."""

    loss: Tensor
    log_total: Tensor
    possible: Tensor  # number of classes whose logit is not -inf
    probabilities: Tensor | None = None  # of all classes, if they were one block
    cap: Tensor | None = None
    hidden: Tensor | None = None


def gradient_in_place(
    p: Tensor,
    cap: Tensor | None,
    hidden: Tensor | None,
    first: int,
    target: Tensor,
    scale: Tensor,
    rows: Rows,
    s: Setting,
) -> Tensor:
    """d loss / d logits of a block of classes starting at `first`, in place of their probabilities."""
    p.mul_((scale * (1 + 2 * s.z_loss * rows.log_total)).unsqueeze(1))
    if hidden is not None:
        p.sub_((s.smoothing * scale / rows.possible).unsqueeze(1) * ~hidden)
    inside = (target >= first) & (target < first + p.shape[1])
    index = torch.where(inside, target - first, 0).unsqueeze(1)
    p.scatter_add_(1, index, -(1 - s.smoothing) * (scale * inside).unsqueeze(1))
    return p if cap is None else p.mul_(cap)


def one_pass(x: Tensor, weight: Tensor, bias: Tensor | None, target: Tensor, s: Setting, tile: int) -> Rows:
    """One pass over the classes with an online softmax (Milakov & Gimelshein 2018), one block of logits at a
    time."""
    peak = torch.full((len(x),), -torch.inf, device=x.device)
    total, picked, spread, possible = (torch.zeros(len(x), device=x.device) for _ in range(4))
    z, cap, hidden = x, None, None
    for first in range(0, len(weight), tile):
        z, cap = s.logits(
            x, weight[first : first + tile], None if bias is None else bias[first : first + tile]
        )
        inside = (target >= first) & (target < first + z.shape[1])
        at = torch.where(inside, target - first, 0).unsqueeze(1)
        picked = picked + torch.where(inside, z.gather(1, at).squeeze(1), 0.0)
        if s.smoothing:
            hidden = z == -torch.inf
            spread = spread + z.masked_fill(hidden, 0.0).sum(1)
            possible = possible + (~hidden).sum(1)
        higher = torch.maximum(peak, z.amax(1))
        shift = torch.where(higher == -torch.inf, 0.0, higher)
        total = total * torch.exp(peak - shift) + z.sub_(shift.unsqueeze(1)).exp_().sum(1)
        peak = higher
    log_total = torch.log(total) + peak
    loss = torch.log(total) + (peak - picked)
    possible = possible.clamp(min=1)
    if s.smoothing:
        loss = (1 - s.smoothing) * loss + s.smoothing * (log_total - spread / possible)
    loss = loss + s.z_loss * log_total.square()
    whole = z.div_(total.unsqueeze(1)) if tile >= len(weight) else None
    return Rows(loss, log_total, possible, whole, cap, hidden)


def accumulate(
    grads: tuple[Tensor, Tensor, Tensor | None],
    rows: slice,
    classes: slice,
    dz: Tensor,
    x: Tensor,
    weight: Tensor,
) -> None:
    grad_x, grad_weight, grad_bias = grads
    grad_x[rows].addmm_(dz, weight[classes])
    grad_weight[classes].addmm_(dz.T, x[rows])
    if grad_bias is not None:
        grad_bias[classes] += dz.sum(0)


def zeros(x: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
    return torch.zeros_like(x), torch.zeros_like(weight), None if bias is None else torch.zeros_like(bias)
