# origin: https://github.com/kornia/kornia/issues/2115
# kinds: domain underflow
from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F


def binary_focal_loss_with_logits(
    pred: torch.Tensor,
    target: torch.Tensor,
    alpha: float = 0.25,
    gamma: float = 2.0,
    reduction: str = "none",
    pos_weight: torch.Tensor | None = None,
) -> torch.Tensor:
    if pred.shape[0] != target.shape[0]:
        raise ValueError(f"batch sizes differ: {pred.shape[0]} and {target.shape[0]}")
    if gamma < 1.0:
        raise ValueError("gamma has to be at least 1")
    if pos_weight is None:
        pos_weight = torch.ones(pred.shape[-1], device=pred.device, dtype=pred.dtype)

    probs_pos = torch.sigmoid(pred)
    probs_neg = torch.sigmoid(-pred)
    log_pos = torch.log(probs_pos)  #!
    log_neg = torch.log(probs_neg)  #!
    log_pos = F.logsigmoid(pred)  #+
    log_neg = F.logsigmoid(-pred)  #+

    loss_tmp = (
        -alpha * pos_weight * probs_neg.pow(gamma) * target * log_pos
        - (1 - alpha) * probs_pos.pow(gamma) * (1.0 - target) * log_neg
    )
    if reduction == "none":
        return loss_tmp
    if reduction == "mean":
        return loss_tmp.mean()
    if reduction == "sum":
        return loss_tmp.sum()
    raise NotImplementedError(f"Invalid reduction mode: {reduction}")


class BinaryFocalLossWithLogits(nn.Module):
    def __init__(self, alpha: float, gamma: float = 2.0, reduction: str = "mean") -> None:
        super().__init__()
        self.alpha = alpha
        self.gamma = gamma
        self.reduction = reduction

    def forward(self, pred: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return binary_focal_loss_with_logits(pred, target, self.alpha, self.gamma, self.reduction)
