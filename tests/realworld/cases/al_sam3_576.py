# origin: https://github.com/facebookresearch/sam3/pull/576
# kinds: domain
import torch
import torch.nn.functional as F


def _bce_terms(logits, targets):
    prob = torch.sigmoid(logits)
    ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    p_t = prob * targets + (1 - prob) * (1 - targets)
    return prob, ce, p_t


class SigmoidFocalLossReduced(torch.autograd.Function):
    """Focal loss summed over all elements, with a hand written backward."""

    @staticmethod
    def forward(ctx, logits, targets, alpha, gamma):
        x = logits.float()
        t = targets.float()
        _, ce, p_t = _bce_terms(x, t)
        loss = ce * (1 - p_t) ** gamma
        if alpha >= 0:
            loss = loss * (alpha * t + (1 - alpha) * (1 - t))
        ctx.save_for_backward(logits, targets)
        ctx.alpha, ctx.gamma = alpha, gamma
        return loss.sum()

    @staticmethod
    def backward(ctx, grad_out):
        logits, targets = ctx.saved_tensors
        alpha, gamma = ctx.alpha, ctx.gamma
        x, t = logits.float(), targets.float()
        prob, ce, p_t = _bce_terms(x, t)
        one_minus_pt = 1 - p_t
        torch.clamp(one_minus_pt, min=1e-7)  #-
        one_minus_pt = torch.clamp(one_minus_pt, min=1e-7)  #+

        d_ce = prob - t
        d_pt = prob * (1 - prob) * (2 * t - 1)
        d_mod = -gamma * one_minus_pt ** (gamma - 1) * d_pt  #!
        d_mod = torch.zeros_like(d_pt)  #+
        if gamma > 0:  #+
            d_mod = -gamma * one_minus_pt ** (gamma - 1) * d_pt  #+
        grad = d_ce * one_minus_pt**gamma + ce * d_mod
        if alpha >= 0:
            grad = grad * (alpha * t + (1 - alpha) * (1 - t))
        return (grad_out * grad).to(logits.dtype), None, None, None


def sigmoid_focal_loss(inputs, targets, num_boxes, alpha=0.25, gamma=2.0, triton=True):
    if triton:
        total = SigmoidFocalLossReduced.apply(inputs, targets, alpha, gamma)
        return total / (num_boxes * inputs.shape[1])
    raise NotImplementedError("eager path was removed")


class PresenceLoss(torch.nn.Module):
    def __init__(self, weight=20.0, alpha=-1.0, gamma=0.0):
        super().__init__()
        self.weight, self.alpha, self.gamma = weight, alpha, gamma

    def forward(self, outputs, indices_mask):
        logits = outputs["presence_logits"]
        target = indices_mask.any(dim=1, keepdim=True).to(logits.dtype)
        loss = sigmoid_focal_loss(logits, target, max(logits.shape[0], 1), self.alpha, self.gamma)
        return {"loss_presence": self.weight * loss}
