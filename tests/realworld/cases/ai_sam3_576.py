# origin: https://github.com/facebookresearch/sam3/pull/576
# kinds: domain
import torch
import torch.nn.functional as F


class SigmoidFocalLossReduced(torch.autograd.Function):
    """Sum-reduced sigmoid focal loss with a hand-written backward.

    Mirrors the fused kernel; only the logits and the targets are saved.
    """

    @staticmethod
    def forward(ctx, inputs, targets, alpha, gamma):
        ctx.save_for_backward(inputs, targets)
        ctx.alpha, ctx.gamma = alpha, gamma
        x = inputs.float()
        ce = F.binary_cross_entropy_with_logits(x, targets, reduction="none")
        prob = torch.sigmoid(x)
        p_t = prob * targets + (1 - prob) * (1 - targets)
        alpha_t = alpha * targets + (1 - alpha) * (1 - targets)
        return (alpha_t * (1 - p_t) ** gamma * ce).sum()

    @staticmethod
    def backward(ctx, grad_output):
        inputs, targets = ctx.saved_tensors
        alpha, gamma = ctx.alpha, ctx.gamma
        x = inputs.float()
        sign = 2 * targets - 1
        prob = torch.sigmoid(x)
        p_t = prob * targets + (1 - prob) * (1 - targets)
        alpha_t = alpha * targets + (1 - alpha) * (1 - targets)
        log_pt = F.logsigmoid(sign * x)
        d_pow = gamma * (1 - p_t) ** (gamma - 1)  #!
        d_loss_pt = d_pow * log_pt - (1 - p_t) ** gamma / p_t  #!
        grad = alpha_t * d_loss_pt * p_t * (1 - p_t) * sign  #-
        modulator = (1 - p_t) ** gamma  #+
        grad = alpha_t * modulator * (gamma * p_t * log_pt - (1 - p_t)) * sign  #+
        return (grad * grad_output).to(inputs.dtype), None, None, None


def sigmoid_focal_loss_reduced(inputs, targets, alpha=0.25, gamma=2.0):
    return SigmoidFocalLossReduced.apply(inputs, targets, alpha, gamma)


class MaskLoss(torch.nn.Module):
    def __init__(self, weight_focal=20.0, weight_presence=1.0, gamma=2.0, presence_gamma=0.0):
        super().__init__()
        self.weight_focal = weight_focal
        self.weight_presence = weight_presence
        self.gamma = gamma
        self.presence_gamma = presence_gamma

    def forward(self, outputs, targets):
        num_boxes = max(int(targets["num_boxes"]), 1)
        focal = sigmoid_focal_loss_reduced(
            outputs["pred_logits"], targets["labels"], 0.25, self.gamma
        ) / num_boxes
        presence = sigmoid_focal_loss_reduced(
            outputs["presence_logits"], targets["presence"], 0.5, self.presence_gamma
        ) / outputs["presence_logits"].numel()
        return self.weight_focal * focal + self.weight_presence * presence
