# origin: https://github.com/facebookresearch/sam3/pull/576
# kinds: domain
import torch
import torch.nn.functional as F


class SigmoidFocalLoss(torch.autograd.Function):
    """Memory-saving focal loss with its derivative by hand."""

    @staticmethod
    def forward(ctx, inputs, targets, alpha, gamma):
        p = torch.sigmoid(inputs)
        ce = F.binary_cross_entropy_with_logits(inputs, targets, reduction="none")
        p_t = p * targets + (1 - p) * (1 - targets)
        ctx.save_for_backward(p, p_t, ce, targets)
        ctx.alpha, ctx.gamma = alpha, gamma
        return (ce * (1 - p_t) ** gamma).sum()

    @staticmethod
    def backward(ctx, grad_output):
        p, p_t, ce, targets = ctx.saved_tensors
        gap = 1 - p_t
        gap = gap.clamp(min=1e-6)  #+
        modulating = ctx.gamma * gap ** (ctx.gamma - 1)  #*
        d_ce = p - targets
        grad = gap**ctx.gamma * d_ce - ce * modulating * p * (1 - p) * (2 * targets - 1)
        return grad_output * grad, None, None, None
