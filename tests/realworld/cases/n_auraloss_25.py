# origin: https://github.com/csteinmetz1/auraloss/issues/25
# kinds: domain
import torch
import torch.nn as nn


def apply_reduction(losses, reduction="none"):
    if reduction == "mean":
        return losses.mean()
    if reduction == "sum":
        return losses.sum()
    return losses


class SISDRLoss(nn.Module):
    """Negative scale-invariant signal-to-distortion ratio in dB, over the last axis."""

    def __init__(self, zero_mean=True, eps=1e-8, reduction="mean"):
        super().__init__()
        self.zero_mean = zero_mean
        self.eps = eps
        self.reduction = reduction

    def forward(self, input, target):
        if self.zero_mean:
            input = input - input.mean(dim=-1, keepdim=True)
            target = target - target.mean(dim=-1, keepdim=True)

        alpha = (input * target).sum(-1) / (target**2).sum(-1)  #!
        alpha = (input * target).sum(-1) / ((target**2).sum(-1) + self.eps)  #+
        scaled = target * alpha.unsqueeze(-1)
        res = input - scaled
        losses = 10 * torch.log10(
            (scaled**2).sum(-1) / ((res**2).sum(-1) + self.eps) + self.eps)
        return -apply_reduction(losses, self.reduction)


def train_step(separator, optimizer, mixture, sources, criterion):
    optimizer.zero_grad()
    estimates = separator(mixture)
    loss = sum(criterion(est, src) for est, src in zip(estimates.unbind(1), sources.unbind(1)))
    loss.backward()
    nn.utils.clip_grad_norm_(separator.parameters(), 5.0)
    optimizer.step()
    return loss.item()
