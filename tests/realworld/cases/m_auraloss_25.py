# origin: https://github.com/csteinmetz1/auraloss/issues/25
# kinds: domain
import torch
import torch.nn as nn


class SISDRLoss(nn.Module):
    """Scale invariant signal to distortion ratio in the time domain."""

    def __init__(self, zero_mean=True, eps=1e-8, reduction="mean"):
        super().__init__()
        self.zero_mean = zero_mean
        self.eps = eps
        self.reduction = reduction

    def forward(self, input, target):
        if self.zero_mean:
            input = input - input.mean(dim=-1, keepdim=True)
            target = target - target.mean(dim=-1, keepdim=True)

        correlation = (input * target).sum(-1)
        alpha = correlation / (target ** 2).sum(-1)  #!
        alpha = correlation / ((target ** 2).sum(-1) + self.eps)  #+
        target = target * alpha.unsqueeze(-1)
        residual = input - target

        ratio = (target ** 2).sum(-1) / ((residual ** 2).sum(-1) + self.eps)
        losses = 10 * torch.log10(ratio + self.eps)
        if self.reduction == "mean":
            losses = losses.mean()
        return -losses


def separation_step(model, optimizer, mixture, stems, criterion):
    estimates = model(mixture)
    loss = sum(criterion(estimates[:, i], stems[:, i]) for i in range(stems.size(1)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
