# origin: https://github.com/facebookresearch/sam3/pull/576
# kinds: domain
import torch


class SigmoidFocal(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, labels, gamma):
        p = torch.sigmoid(logits)
        p_t = p * labels + (1 - p) * (1 - labels)
        ctx.save_for_backward(p, p_t, labels)
        ctx.gamma = gamma
        return (1 - p_t) ** gamma * torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")

    @staticmethod
    def backward(ctx, grad):
        p, p_t, labels = ctx.saved_tensors
        modulator = (1 - p_t) ** (ctx.gamma - 1)  #!
        modulator = (1 - p_t).clamp(min=1e-6) ** (ctx.gamma - 1)  #+
        slope = (2 * labels - 1) * p * (1 - p)
        return -grad * slope * modulator * ctx.gamma, None, None
