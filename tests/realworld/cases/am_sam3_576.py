# origin: https://github.com/facebookresearch/sam3/pull/576
# kinds: domain
from typing import Tuple

import torch
import torch.nn.functional as F


def _forward_elementwise(
    inputs: torch.Tensor, targets: torch.Tensor, alpha: float, gamma: float
) -> Tuple[torch.Tensor, torch.Tensor]:
    prob = torch.sigmoid(inputs)
    ce = F.relu(inputs) - inputs * targets + F.softplus(-inputs.abs())
    p_t = prob * targets + (1 - prob) * (1 - targets)
    alpha_t = alpha * targets + (1 - alpha) * (1 - targets)
    loss = alpha_t * ce * (1 - p_t) ** gamma
    return loss, prob


class SigmoidFocalLossReduced(torch.autograd.Function):
    """Summed focal loss which recomputes the elementwise terms in backward."""

    @staticmethod
    def forward(ctx, inputs, targets, alpha, gamma):
        inputs = inputs.contiguous().float()
        loss, _ = _forward_elementwise(inputs, targets, alpha, gamma)
        ctx.save_for_backward(inputs, targets)
        ctx.alpha = alpha
        ctx.gamma = gamma
        return loss.sum()

    @staticmethod
    def backward(ctx, grad_output):
        inputs, targets = ctx.saved_tensors
        alpha, gamma = ctx.alpha, ctx.gamma
        prob = torch.sigmoid(inputs)
        ce = F.relu(inputs) - inputs * targets + F.softplus(-inputs.abs())
        p_t = prob * targets + (1 - prob) * (1 - targets)
        alpha_t = alpha * targets + (1 - alpha) * (1 - targets)

        one_minus_pt = 1 - p_t
        dce = prob - targets
        dpt = (2 * targets - 1) * prob * (1 - prob)
        if gamma == 0:  #+
            return grad_output * alpha_t * dce, None, None, None  #+
        one_minus_pt = one_minus_pt.clamp(min=1e-6)  #+
        dmod = -gamma * one_minus_pt ** (gamma - 1) * dpt  #!
        dmod = -gamma * one_minus_pt ** (gamma - 1) * dpt  #+
        grad = alpha_t * (one_minus_pt ** gamma * dce + dmod * ce)
        return grad_output * grad, None, None, None


def sigmoid_focal_loss_reduced(
    inputs: torch.Tensor, targets: torch.Tensor, num_boxes: float,
    alpha: float = 0.25, gamma: float = 2.0,
) -> torch.Tensor:
    return SigmoidFocalLossReduced.apply(inputs, targets, alpha, gamma) / max(num_boxes, 1)


class MaskLoss(torch.nn.Module):
    def __init__(self, weight: float = 20.0, focal_alpha: float = 0.25, focal_gamma: float = 0.0):
        super().__init__()
        self.weight = weight
        self.focal_alpha = focal_alpha
        self.focal_gamma = focal_gamma

    def forward(self, pred_masks, gt_masks, num_boxes):
        src = pred_masks.flatten(1)
        tgt = gt_masks.flatten(1).to(src.dtype)
        loss = sigmoid_focal_loss_reduced(src, tgt, num_boxes, self.focal_alpha, self.focal_gamma)
        return {"loss_mask": self.weight * loss / src.shape[1]}
